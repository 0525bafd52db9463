/** What a database gave for a column, to be checked; `undefined` is one that the query does not have. */
export type Column = unknown;

/** A row as a database gives it: the columns in the order of the SELECT. */
export type Row = readonly Column[];

/** A column that is text by the schema. */
export function text(value: Column): string {
  if (typeof value === "string") return value;
  throw unexpected(value, "text");
}

/** A column that is text or NULL by the schema. */
export function textOrNull(value: Column): string | null {
  return value === null ? null : text(value);
}

/** A column that is a whole number by the schema. */
export function integer(value: Column): number {
  if (typeof value === "number") return value;
  throw unexpected(value, "a number");
}

/** A column that is a whole number or NULL by the schema. */
export function integerOrNull(value: Column): number | null {
  return value === null ? null : integer(value);
}

/** A column that is a number, whole or not, by the schema. */
export const real: (value: Column) => number = integer;

/** A column that is one of `known` by a CHECK of the schema. */
export function oneOf<T extends string>(known: ReadonlySet<T>, value: Column): T {
  // A Set of T asked for any string: the answer is what makes the value a T.
  if (typeof value === "string" && (known as ReadonlySet<string>).has(value)) return value as T;
  throw unexpected(value, `one of ${[...known].join(", ")}`);
}

function unexpected(value: Column, what: string): Error {
  return new Error(`the database holds ${JSON.stringify(value)} where ${what} is expected`);
}
