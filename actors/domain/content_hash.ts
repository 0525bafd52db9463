import { createHash } from "node:crypto";
import { isJsonMap } from "./value_codec.ts";

/**
 * `value` as the one JSON text that all equal values share: keys sorted by UTF-16 code unit, no
 * whitespace. Properties that are `undefined` are left out, as in JSON. For values that came from
 * JSON and were checked for depth: it recurses.
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (!isJsonMap(value)) return JSON.stringify(value) ?? "null";
  const members: string[] = [];
  for (const key of Object.keys(value).sort()) {
    const member = value[key];
    if (member !== undefined) members.push(`${JSON.stringify(key)}:${canonicalJson(member)}`);
  }
  return `{${members.join(",")}}`;
}

/** What tells whether two requests say the same: `sha256-` and the digest of their canonical JSON in hex. */
export function contentHash(value: unknown): string {
  return "sha256-" + createHash("sha256").update(canonicalJson(value), "utf8").digest("hex");
}
