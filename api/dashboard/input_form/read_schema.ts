/** Makes fields of a JSON Schema (draft 2020-12). What it can't make a form for becomes JSON text. */
import type { InputField, ListField } from "./input_field.ts";

type Schema = Readonly<Record<string, unknown>>;

/** Deeper, and with more fields, a form helps nobody: there it is JSON text. */
const DEPTH_MAX = 8;
const FIELDS_MAX = 300;
const VARIANTS_MAX = 12;

/** How a place in the schema is read. */
interface Place {
  readonly label: string;
  readonly optional: boolean;
  readonly depth: number;
}

/**
 * The form for a method's arguments, which are a list. Null where there is no schema or it is of
 * something else: then they are written as JSON.
 */
export function argumentsField(schema: Schema | null): ListField | null {
  if (schema === null) return null;
  const field = new SchemaReader(schema).read(schema, {
    label: "Arguments",
    optional: false,
    depth: 0,
  });
  return field.kind === "list" && !field.nullable ? field : null;
}

class SchemaReader {
  readonly #root: Schema;
  #count = 0;

  constructor(root: Schema) {
    this.#root = root;
  }

  read(given: unknown, place: Place): InputField {
    const resolved = this.#resolve(given);
    const { schema, nullable } = withoutNull(resolved);
    const common = {
      label: textOf(schema["title"]) ?? place.label,
      description: textOf(schema["description"]) ??
        textOf(resolved["description"]),
      optional: place.optional,
      nullable,
      ...(schema["default"] === undefined ? {} : { standard: schema["default"] }),
    };
    const tooMuch = place.depth > DEPTH_MAX || ++this.#count > FIELDS_MAX;
    const shape = tooMuch ? null : this.#shape(schema, place);
    return { ...common, ...(shape ?? { kind: "json" }) } as InputField;
  }

  #shape(schema: Schema, place: Place): object | null {
    if (schema["const"] !== undefined) {
      return { kind: "choice", options: [schema["const"]] };
    }
    if (Array.isArray(schema["enum"])) {
      const options = schema["enum"].filter((option) => option !== null);
      return options.length === 0 ? null : { kind: "choice", options };
    }
    const variants = listOf(schema["anyOf"]) ?? listOf(schema["oneOf"]);
    if (variants !== null) return this.#variants(variants, place);
    if (schema["allOf"] !== undefined || schema["not"] !== undefined) {
      return null;
    }
    return this.#typed(schema, place);
  }

  #typed(schema: Schema, place: Place): object | null {
    switch (schema["type"]) {
      case "string":
        return textShape(schema);
      case "integer":
      case "number":
        return numberShape(schema, { wide: false });
      case "boolean":
        return { kind: "flag" };
      case "array":
        return this.#list(schema, place);
      case "object":
        return this.#object(schema, place);
      default:
        return null;
    }
  }

  #variants(schemas: readonly unknown[], place: Place): object | null {
    if (schemas.length > VARIANTS_MAX) return null;
    const resolved = schemas.map((schema) => this.#resolve(schema));
    const [number] = resolved.filter(({ type }) => type === "number" || type === "integer");
    if (
      number !== undefined &&
      resolved.every((one) => one === number || isTagged(one, "$int64"))
    ) {
      return numberShape(number, { wide: true });
    }
    const variants = resolved.map((schema, index) =>
      this.read(schema, {
        label: variantLabel(schema, index),
        optional: false,
        depth: place.depth + 1,
      })
    );
    return { kind: "variant", variants };
  }

  #list(schema: Schema, { depth }: Place): object {
    const prefix = listOf(schema["prefixItems"]) ?? [];
    const { items } = schema;
    const minItems = countOf(schema["minItems"]) ?? 0;
    const first = prefix.map((item, index) =>
      this.read(item, {
        label: `Argument ${index + 1}`,
        optional: index >= minItems,
        depth: depth + 1,
      })
    );
    const hasRest = items !== false &&
      (prefix.length === 0 || items !== undefined);
    const rest = hasRest
      ? this.read(items ?? {}, {
        label: "Item",
        optional: false,
        depth: depth + 1,
      })
      : null;
    return {
      kind: "list",
      first,
      rest,
      minItems,
      maxItems: countOf(schema["maxItems"]),
    };
  }

  #object(schema: Schema, { depth }: Place): object | null {
    if (isTagged(schema, "$bytes")) return { kind: "bytes" };
    const properties = isRecord(schema["properties"]) ? schema["properties"] : null;
    if (properties !== null && Object.keys(properties).length > 0) {
      const required = listOf(schema["required"]) ?? [];
      const fields = Object.entries(properties).map(([name, property]) => ({
        name,
        field: this.read(property, {
          label: name,
          optional: !required.includes(name),
          depth: depth + 1,
        }),
      }));
      return { kind: "group", fields };
    }
    const values = schema["additionalProperties"];
    if (values === false) return { kind: "group", fields: [] };
    if (!isRecord(values)) return null;
    return {
      kind: "map",
      value: this.read(values, {
        label: "Value",
        optional: false,
        depth: depth + 1,
      }),
    };
  }

  /** The schema behind `$ref`, as far as it is in this one. */
  #resolve(given: unknown): Schema {
    let schema = given;
    for (let hops = 0; hops < DEPTH_MAX && isRecord(schema); hops++) {
      const { $ref: reference, ...beside } = schema;
      if (typeof reference !== "string") return schema;
      const target = this.#find(reference);
      if (target === null) return {};
      schema = { ...target, ...beside };
    }
    return isRecord(schema) && schema["$ref"] === undefined ? schema : {};
  }

  #find(reference: string): Schema | null {
    if (reference === "#") return this.#root;
    if (!reference.startsWith("#/")) return null;
    let found: unknown = this.#root;
    for (const part of reference.slice(2).split("/")) {
      const name = decodeURIComponent(part).replaceAll("~1", "/").replaceAll(
        "~0",
        "~",
      );
      found = isRecord(found) ? found[name] : undefined;
    }
    return isRecord(found) ? found : null;
  }
}

/** A schema that allows null, among others, and what it allows beside it. */
function withoutNull(
  schema: Schema,
): { readonly schema: Schema; readonly nullable: boolean } {
  const { type } = schema;
  if (Array.isArray(type)) {
    const types = type.filter((one) => one !== "null");
    if (types.length === 1) {
      return {
        schema: { ...schema, type: types[0] },
        nullable: types.length < type.length,
      };
    }
    const anyOf = types.map((one) => ({
      ...schema,
      type: one,
      description: undefined,
    }));
    return { schema: { anyOf }, nullable: types.length < type.length };
  }
  const key = Array.isArray(schema["anyOf"]) ? "anyOf" : "oneOf";
  const variants = listOf(schema[key]);
  const others = variants?.filter((one) => !isRecord(one) || one["type"] !== "null");
  if (
    variants === null || others === undefined ||
    others.length === variants.length
  ) {
    const isListed = Array.isArray(schema["enum"]) &&
      schema["enum"].includes(null);
    return { schema, nullable: isListed };
  }
  const [only] = others;
  const { [key]: _, ...beside } = schema;
  const rest = others.length === 1 && isRecord(only)
    ? { ...only, ...beside }
    : { ...schema, [key]: others };
  return { schema: rest, nullable: true };
}

function textShape(schema: Schema): object {
  return {
    kind: "text",
    minLength: countOf(schema["minLength"]) ?? 0,
    maxLength: countOf(schema["maxLength"]),
    pattern: textOf(schema["pattern"]),
    format: textOf(schema["format"]),
  };
}

function numberShape(
  schema: Schema,
  { wide }: { readonly wide: boolean },
): object {
  return {
    kind: "number",
    integer: schema["type"] === "integer",
    wide,
    minimum: numberOf(schema["minimum"]),
    maximum: numberOf(schema["maximum"]),
  };
}

/** `{"$bytes": …}` and its like stand for values that JSON has no word for. */
function isTagged({ type, properties }: Schema, tag: string): boolean {
  return type === "object" && isRecord(properties) &&
    Object.keys(properties).join() === tag;
}

function variantLabel(schema: Schema, index: number): string {
  const title = textOf(schema["title"]);
  if (title !== null) return title;
  const properties = isRecord(schema["properties"]) ? Object.values(schema["properties"]) : [];
  const marks = properties.flatMap((one) => isRecord(one) ? textOf(one["const"]) ?? [] : []);
  return marks[0] ?? textOf(schema["const"]) ?? textOf(schema["type"]) ??
    `Form ${index + 1}`;
}

function isRecord(value: unknown): value is Schema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function listOf(value: unknown): readonly unknown[] | null {
  return Array.isArray(value) ? value : null;
}

function textOf(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

function numberOf(value: unknown): number | null {
  return typeof value === "number" ? value : null;
}

function countOf(value: unknown): number | null {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 ? value : null;
}
