import { ConstraintError } from "../port.ts";

/**
 * Asserts that `value` can be kept faithfully: SQLite's text functions, and with them `node:sqlite`,
 * end a text at its first NUL. JSON columns escape it and need no such check.
 */
export function plain(value: string, what: string): string {
  if (value.includes("\0")) throw new ConstraintError(`${what} contains a NUL character`);
  return value;
}
