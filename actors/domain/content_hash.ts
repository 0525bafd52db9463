import { createHash } from "node:crypto";

/**
 * `value` as the one JSON text that all equal values share: keys sorted by UTF-16 code unit, no
 * whitespace. Properties that are `undefined` are left out, as in JSON. For values that came from
 * JSON and were checked for depth: it recurses.
 */
export function canonicalJson(value: unknown): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  const members: string[] = [];
  const map: Readonly<Record<string, unknown>> = { ...value };
  for (const key of Object.keys(map).sort()) {
    const member = map[key];
    if (member !== undefined) members.push(`${JSON.stringify(key)}:${canonicalJson(member)}`);
  }
  return `{${members.join(",")}}`;
}

/** What tells whether two requests say the same: `sha256-` and the digest of their canonical JSON in hex. */
export function contentHash(value: unknown): string {
  return "sha256-" + createHash("sha256").update(canonicalJson(value), "utf8").digest("hex");
}
