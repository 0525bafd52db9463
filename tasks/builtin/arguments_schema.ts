import type { StandardJSONSchemaV1, StandardSchemaV1 } from "@standard-schema/spec";
import type { TaskValue } from "../sdk/mod.ts";

/** What one argument must be: as a test, in words (`a number`), and as JSON Schema. */
export interface ArgumentRule<T extends TaskValue> {
  readonly is: (value: unknown) => value is T;
  readonly must: string;
  readonly json: JsonSchema;
}

/** A JSON Schema, or a part of one. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** A Standard Schema that can also be had as JSON Schema. */
export type Schema<T> = StandardSchemaV1<T, T> & StandardJSONSchemaV1<T, T>;

/**
 * A Standard Schema of any number of arguments of one kind. It is written by hand because every
 * executor loads the built-in tasks, and a schema library would be half of what it loads.
 */
export function argumentsOf<T extends TaskValue>(
  { is, must, json }: ArgumentRule<T>,
): Schema<readonly T[]> {
  return schema({ type: "array", items: json }, (args) => {
    const issues = args.flatMap((value, index) =>
      is(value) ? [] : [{ path: [index], message: `must be ${must}, not ${describe(value)}` }]
    );
    return issues.length > 0 ? { issues } : { value: args.filter(is) };
  });
}

/** A Standard Schema of at most `rules.length` arguments, each of its own kind; those missing are undefined. */
export function optionalArguments<T extends readonly TaskValue[]>(
  ...rules: { readonly [Index in keyof T]: ArgumentRule<T[Index]> }
): Schema<Partial<T>> {
  const fits = (args: readonly unknown[]): args is Partial<T> =>
    args.length <= rules.length && args.every((value, index) => rules[index]?.is(value));
  const json = { type: "array", prefixItems: rules.map((rule) => rule.json), items: false };
  return schema(json, (args) => {
    if (fits(args)) return { value: args };
    const issues = args.flatMap((value, index) => {
      const rule = rules[index];
      if (rule === undefined) {
        return [{ path: [index], message: `must be absent: there are ${rules.length} arguments` }];
      }
      if (rule.is(value)) return [];
      return [{ path: [index], message: `must be ${rule.must}, not ${describe(value)}` }];
    });
    return { issues };
  });
}

/** A number that is not negative: a length of time in ms. */
export const durationMs: ArgumentRule<number> = {
  is: (value): value is number => typeof value === "number" && value >= 0,
  must: "a number of milliseconds, 0 or more",
  json: { type: "number", minimum: 0, description: "Milliseconds." },
};

/** Makes a Standard Schema of a check of the array of arguments. */
export function schema<T>(
  json: JsonSchema,
  validate: (args: readonly unknown[]) => StandardSchemaV1.Result<T>,
): Schema<T> {
  return {
    "~standard": {
      version: 1,
      vendor: "dtask",
      validate: (args) =>
        Array.isArray(args) ? validate(args) : { issues: [{ message: "must be an array" }] },
      jsonSchema: { input: () => ({ ...json }), output: () => ({ ...json }) },
    },
  };
}

/** What `value` is, in words. */
export function describe(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  if (value instanceof Uint8Array) return "bytes";
  if (typeof value === "object") return "a map";
  return typeof value === "bigint" ? `${value}` : `a ${typeof value}`;
}
