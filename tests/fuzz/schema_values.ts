/** Values that a JSON Schema of the document takes, or nearly takes. */
import type { Chance } from "./chance.ts";

/** What of JSON Schema the document uses. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly items?: Schema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly format?: string;
}

export interface ValueMakerOptions {
  readonly chance: Chance;
  /** Resolves `#/components/schemas/NAME`. */
  readonly schemas: Readonly<Record<string, Schema>>;
  /** Words with a meaning, by the name of the property, such as ids that are known. */
  readonly words: (property: string) => readonly unknown[];
}

const DEPTH_MAX = 5;
const LONG_AGO = Date.UTC(2026, 0, 1);
const YEAR_MS = 365 * 86_400_000;
/** Of properties that may be left out. */
const GIVEN = 0.25;

/** Makes values. */
export class ValueMaker {
  readonly #options: ValueMakerOptions;

  constructor(options: ValueMakerOptions) {
    this.#options = options;
  }

  /** A value for a property of that name. */
  make(schema: Schema, property = "", depth = 0): unknown {
    const { chance, schemas, words } = this.#options;
    const known = words(property);
    if (known.length > 0 && chance.happens(0.9)) return chance.of(known);
    if (schema.$ref !== undefined) {
      return this.make(schemas[schema.$ref.split("/").at(-1) ?? ""] ?? {}, property, depth);
    }
    if (schema.const !== undefined) return schema.const;
    if (schema.enum !== undefined) return chance.of(schema.enum);
    const choices = schema.anyOf ?? schema.oneOf;
    if (choices !== undefined) return this.make(chance.of(choices), property, depth);
    if (schema.allOf !== undefined) {
      return Object.assign({}, ...schema.allOf.map((part) => this.make(part, property, depth)));
    }
    return this.#ofType(schema, property, depth);
  }

  #ofType(schema: Schema, property: string, depth: number): unknown {
    const { chance } = this.#options;
    const types = [schema.type ?? []].flat();
    switch (types.length === 0 ? undefined : chance.of(types)) {
      case "null":
        return null;
      case "boolean":
        return chance.happens(0.5);
      case "integer":
        return chance.between(...bounds(schema));
      case "number":
        return chance.between(...bounds(schema)) + chance.of([0, 0.5, 0.001]);
      case "string":
        return this.#string(schema);
      case "array":
        return this.#array(schema, property, depth);
      case "object":
        return this.#object(schema, depth);
      default:
        return this.any(depth);
    }
  }

  #string({ format, minLength = 0, maxLength = 20 }: Schema): string {
    const { chance } = this.#options;
    if (format === "date-time") {
      return new Date(LONG_AGO + chance.below(2 * YEAR_MS)).toISOString();
    }
    const text = chance.happens(0.7)
      ? `w-${chance.below(50)}`
      : chance.text(Math.min(maxLength, 20));
    return text.padEnd(minLength, "x");
  }

  #array(schema: Schema, property: string, depth: number): unknown[] {
    const { chance } = this.#options;
    if (depth >= DEPTH_MAX) return [];
    const { minItems = 0, maxItems = 4 } = schema;
    const length = chance.between(minItems, Math.max(minItems, Math.min(maxItems, minItems + 3)));
    return Array.from({ length }, () => this.make(schema.items ?? {}, property, depth + 1));
  }

  #object(schema: Schema, depth: number): Record<string, unknown> {
    const { chance } = this.#options;
    const { properties = {}, required = [], additionalProperties } = schema;
    const object: Record<string, unknown> = {};
    for (const [name, part] of Object.entries(properties)) {
      if (required.includes(name) || chance.happens(GIVEN)) {
        object[name] = this.make(part, name, depth + 1);
      }
    }
    if (typeof additionalProperties === "object" && depth < DEPTH_MAX) {
      for (let left = chance.below(3); left > 0; left--) {
        object[`k${chance.below(20)}`] = this.make(additionalProperties, "", depth + 1);
      }
    }
    return object;
  }

  /** Anything that JSON can say, and values that dtask writes in a form of its own. */
  any(depth = 0): unknown {
    const { chance } = this.#options;
    const plain = [
      null,
      true,
      chance.between(-1_000, 1_000),
      chance.below(2 ** 31) / 7,
      chance.text(12),
      { $int64: String(BigInt(chance.below(2 ** 31)) ** 2n) },
      { $bytes: btoa(`b${chance.below(1_000)}`) },
      { $double: chance.of(["NaN", "Infinity", "-Infinity"]) },
    ];
    if (depth >= DEPTH_MAX || chance.happens(0.7)) return chance.of(plain);
    if (chance.happens(0.5)) {
      return Array.from({ length: chance.below(4) }, () => this.any(depth + 1));
    }
    return Object.fromEntries(
      Array.from({ length: chance.below(4) }, (_, i) => [`key${i}`, this.any(depth + 1)]),
    );
  }
}

function bounds({ minimum, maximum, exclusiveMinimum }: Schema): [number, number] {
  const least = minimum ?? (exclusiveMinimum === undefined ? -100 : exclusiveMinimum + 1);
  return [least, Math.max(least, Math.min(maximum ?? least + 10_000, least + 10_000))];
}

/** Changes one place of a value into something that is probably not taken there. */
export function damage(value: unknown, chance: Chance): unknown {
  if (Array.isArray(value) && value.length > 0 && chance.happens(0.7)) {
    const at = chance.below(value.length);
    return value.map((item, index) => index === at ? damage(item, chance) : item);
  }
  if (typeof value === "object" && value !== null && chance.happens(0.8)) {
    return damagedObject(value as Record<string, unknown>, chance);
  }
  return chance.of(ODD_VALUES);
}

function damagedObject(value: Record<string, unknown>, chance: Chance): Record<string, unknown> {
  const names = Object.keys(value);
  if (names.length === 0 || chance.happens(0.2)) {
    return { ...value, [chance.of(ODD_NAMES)]: chance.of(ODD_VALUES) };
  }
  const name = chance.of(names);
  if (chance.happens(0.25)) {
    const { [name]: _, ...rest } = value;
    return rest;
  }
  return { ...value, [name]: damage(value[name], chance) };
}

const DEEP = JSON.parse("[".repeat(200) + "]".repeat(200));
const ODD_NAMES = ["__proto__", "constructor", "unknown", "", "$int64", "args", "id", "payload"];
const ODD_VALUES = [
  ...[null, true, -1, 0, 1.5, 1e308, -(2 ** 53), 2 ** 53, "", " ", "x".repeat(300), "\u0000"],
  ...["\uD800", "__proto__", "toString", "../..", "9".repeat(400), "2026-13-45T99:99:99Z", []],
  ...[{}, [[]], DEEP, { $int64: "no" }, { $bytes: "*" }, { $result: "nobody" }, { $map: 1 }],
];
