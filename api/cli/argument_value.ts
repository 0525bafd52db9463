import type { JsonValue } from "../client/mod.ts";
import { wrongUsage } from "./cli_error.ts";
import type { ValueKind } from "./value_kind.ts";

/** Bounds of the 64-bit integers, signed below and unsigned above. */
const INT64_MIN = -(2n ** 63n);
const UINT64_MAX = 2n ** 64n - 1n;

/** An argument of the command line: JSON where it parses, else the text itself. */
export function argumentValue(text: string): JsonValue {
  try {
    return parseExactJson(text);
  } catch (error) {
    if (error instanceof SyntaxError) return text;
    throw error;
  }
}

/**
 * Parses JSON without losing digits: whole numbers beyond 2^53 become `{"$int64": …}`. Throws a
 * SyntaxError for other text, and a usage error for a whole number of more than 64 bits.
 */
export function parseExactJson(text: string): JsonValue {
  return JSON.parse(
    text,
    (_key: string, value: unknown, context?: { readonly source?: string }) =>
      typeof value === "number" ? exactNumber(value, context?.source) : value,
  );
}

/** The arguments of a task as the value of one option. */
export const ARGUMENT_LIST: ValueKind<readonly JsonValue[]> = {
  takes: 'a JSON list, as in [1,"two"]',
  parse(text) {
    try {
      const value = parseExactJson(text);
      return Array.isArray(value) ? value : undefined;
    } catch (error) {
      if (error instanceof SyntaxError) return undefined;
      throw error;
    }
  },
};

function exactNumber(value: number, source = String(value)): JsonValue {
  if (Number.isSafeInteger(value)) return value;
  if (/^-?\d+$/.test(source)) {
    const integer = BigInt(source);
    if (integer < INT64_MIN || integer > UINT64_MAX) {
      throw wrongUsage(`${source} does not fit 64 bits; write it as a string or with a fraction`);
    }
    return { $int64: integer.toString() };
  }
  if (Number.isFinite(value)) return value;
  return { $double: value > 0 ? "Infinity" : "-Infinity" };
}
