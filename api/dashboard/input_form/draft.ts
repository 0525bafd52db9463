/** What somebody has put into a form so far: it may be incomplete or wrong, and nothing of it is lost. */
import type { InputField, ListField } from "./input_field.ts";
import { tagOf } from "./notation.ts";

/** What stands in one field. Which of its parts count depends on the kind of the field. */
export interface Draft {
  readonly state: "absent" | "null" | "value";
  /** Text, number, Base64 or JSON, as it was typed. */
  readonly text: string;
  /** Flags: 1 is true. Choices and variants: which one, −1 for none yet. */
  readonly choice: number;
  /** Of a list or a group, in the order of their fields; of a variant, one for each; of a map, its values. */
  readonly items: readonly Draft[];
  /** Of a map, beside `items`. */
  readonly names: readonly string[];
}

const NOTHING: Draft = {
  state: "value",
  text: "",
  choice: -1,
  items: [],
  names: [],
};

/** An untouched field. */
export function emptyDraft(field: InputField): Draft {
  if (field.standard !== undefined && !field.optional) {
    return draftOf(field, field.standard);
  }
  return { ...blank(field), state: field.optional ? "absent" : "value" };
}

/** A field with `value` in it; where that does not fit, it stays untouched as far as it does not. */
export function draftOf(field: InputField, value: unknown): Draft {
  if (value === undefined) return emptyDraft(field);
  if (value === null && field.nullable) {
    return { ...blank(field), state: "null" };
  }
  return { ...blank(field), ...partsOf(field, value), state: "value" };
}

/** One more item of a list. */
export function withItem(field: ListField, draft: Draft): Draft {
  if (field.rest === null) return draft;
  return { ...draft, items: [...draft.items, emptyDraft(field.rest)] };
}

function blank(field: InputField): Draft {
  switch (field.kind) {
    case "flag":
      return { ...NOTHING, choice: 0 };
    case "choice":
      return { ...NOTHING, choice: field.options.length === 1 ? 0 : -1 };
    case "variant":
      return { ...NOTHING, choice: 0, items: field.variants.map(emptyDraft) };
    case "group":
      return {
        ...NOTHING,
        items: field.fields.map((one) => emptyDraft(one.field)),
      };
    case "list":
      return { ...NOTHING, items: blankItems(field) };
    default:
      return NOTHING;
  }
}

function blankItems({ first, rest, minItems }: ListField): readonly Draft[] {
  const missing = rest === null ? 0 : Math.max(0, minItems - first.length);
  // A list that must have many is not begun with all of them.
  const more = Array.from(
    { length: Math.min(missing, 10) },
    () => rest === null ? [] : [emptyDraft(rest)],
  );
  return [...first.map(emptyDraft), ...more.flat()];
}

function partsOf(field: InputField, value: unknown): Partial<Draft> {
  switch (field.kind) {
    case "text":
      return typeof value === "string" ? { text: value } : {};
    case "number":
      return { text: numberText(value) };
    case "bytes":
      return { text: tagOf(value, "$bytes") ?? "" };
    case "flag":
      return { choice: value === true ? 1 : 0 };
    case "choice":
      return {
        choice: field.options.findIndex((option) => isSame(option, value)),
      };
    case "variant": {
      const found = field.variants.findIndex((variant) => fits(variant, value));
      if (found < 0) return {};
      const items = field.variants.map((variant, index) =>
        index === found ? draftOf(variant, value) : emptyDraft(variant)
      );
      return { choice: found, items };
    }
    case "list":
      return Array.isArray(value) ? { items: listItems(field, value) } : {};
    case "group": {
      const map = mapOf(value);
      return {
        items: field.fields.map((one) => draftOf(one.field, map[one.name])),
      };
    }
    case "map": {
      const entries = Object.entries(mapOf(value));
      return {
        names: entries.map(([name]) => name),
        items: entries.map(([, item]) => draftOf(field.value, item)),
      };
    }
    case "json":
      return { text: JSON.stringify(value, null, 2) };
  }
}

function listItems(
  { first, rest }: ListField,
  values: readonly unknown[],
): readonly Draft[] {
  const fixed = first.map((field, index) => draftOf(field, values[index]));
  return rest === null ? fixed : [
    ...fixed,
    ...values.slice(first.length).map((value) => draftOf(rest, value)),
  ];
}

/** True where the draft of `value` would say all of it. */
export function fits(field: InputField, value: unknown): boolean {
  if (value === null) return field.nullable || field.kind === "json";
  switch (field.kind) {
    case "text":
      return typeof value === "string";
    case "number":
      return typeof value === "number" ||
        (field.wide && tagOf(value, "$int64") !== null);
    case "bytes":
      return tagOf(value, "$bytes") !== null;
    case "flag":
      return typeof value === "boolean";
    case "choice":
      return field.options.some((option) => isSame(option, value));
    case "variant":
      return field.variants.some((variant) => fits(variant, value));
    case "list":
      return Array.isArray(value) &&
        (field.rest !== null || value.length <= field.first.length) &&
        value.every((item, index) => {
          const at = field.first[index] ?? field.rest;
          return at !== null && fits(at, item);
        });
    case "group":
      return isMap(value) &&
        Object.keys(mapOf(value)).every((name) => field.fields.some((one) => one.name === name)) &&
        field.fields.every((one) => {
          const item = mapOf(value)[one.name];
          return item === undefined ? one.field.optional : fits(one.field, item);
        });
    case "map":
      return isMap(value) &&
        Object.values(mapOf(value)).every((item) => fits(field.value, item));
    case "json":
      return true;
  }
}

/** Whether two values are the same, as JSON says them. */
export function isSame(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}

function numberText(value: unknown): string {
  if (typeof value === "number") return String(value);
  return tagOf(value, "$int64") ?? tagOf(value, "$double") ?? "";
}

function isMap(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function mapOf(value: unknown): Readonly<Record<string, unknown>> {
  if (!isMap(value)) return {};
  const entries = value as Readonly<Record<string, unknown>>;
  const { $map: inner } = entries;
  return Object.keys(entries).length === 1 && isMap(inner)
    ? inner as Readonly<Record<string, unknown>>
    : entries;
}
