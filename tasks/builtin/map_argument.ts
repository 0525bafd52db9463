import type { TaskValue } from "../sdk/mod.ts";
import { type ArgumentRule, describe, type Schema, schema } from "./arguments_schema.ts";

/** One argument, a map with fields of its own: those of `T`, each with its rule. */
export type FieldRules<T> = {
  readonly [Field in keyof T]-?: Exclude<T[Field], undefined> extends TaskValue
    ? ArgumentRule<Exclude<T[Field], undefined>>
    : never;
};

/**
 * A Standard Schema of exactly one argument: a map with the fields of `rules`, of which those in
 * `required` have to be there. Unknown fields are refused, since a misspelt one would be ignored.
 */
export function mapArgument<T extends object>(
  rules: FieldRules<T>,
  required: readonly (keyof T & string)[],
): Schema<readonly [T]> {
  const byField = new Map<string, ArgumentRule<TaskValue>>(Object.entries(rules));
  const fits = (args: readonly unknown[]): args is readonly [T] =>
    faultsOf(args, byField, required).length === 0;
  const properties = Object.fromEntries([...byField].map(([field, { json }]) => [field, json]));
  const map = { type: "object", properties, required, additionalProperties: false };
  const json = { type: "array", prefixItems: [map], minItems: 1, items: false };
  return schema(json, (args) => {
    if (fits(args)) return { value: args };
    return { issues: faultsOf(args, byField, required) };
  });
}

interface Fault {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

function faultsOf(
  [map, ...more]: readonly unknown[],
  rules: ReadonlyMap<string, ArgumentRule<TaskValue>>,
  required: readonly string[],
): readonly Fault[] {
  if (!isMap(map)) return [{ path: [0], message: `must be a map, not ${describe(map)}` }];
  const faults: Fault[] = more.map((_, index) => {
    return { path: [index + 1], message: "must be absent: there is one argument" };
  });
  for (const field of required) {
    if (!Object.hasOwn(map, field)) faults.push({ path: [0, field], message: "is missing" });
  }
  for (const [field, value] of Object.entries(map)) {
    const rule = rules.get(field);
    const message = rule === undefined
      ? `is unknown; there are ${[...rules.keys()].join(", ")}`
      : rule.is(value)
      ? null
      : `must be ${rule.must}, not ${describe(value)}`;
    if (message !== null) faults.push({ path: [0, field], message });
  }
  return faults;
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) &&
    !(value instanceof Uint8Array);
}
