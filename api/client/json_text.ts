import { encodeBase64 } from "./base64.ts";

/** JSON text of `value`, with `bigint` and bytes in the notation of the API. */
export function toJsonText(value: unknown): string {
  return JSON.stringify(value, replaceSpecial);
}

function replaceSpecial(_key: string, value: unknown): unknown {
  if (typeof value === "bigint") return { $int64: value.toString() };
  if (value instanceof Uint8Array) return { $bytes: encodeBase64(value) };
  if (typeof value === "number" && !Number.isFinite(value)) return { $double: String(value) };
  return value;
}
