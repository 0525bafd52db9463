/**
 * Values as the API writes them in JSON, read for people: what JSON lacks stands as a map with one
 * key (`{"$int64": "…"}`, `{"$bytes": "…"}`, `{"$double": "…"}`), and a map that merely looks so is
 * written `{"$map": {…}}`.
 */

/** A value to show. */
export type JsonValue =
  | { readonly kind: "null" }
  | { readonly kind: "boolean"; readonly value: boolean }
  | { readonly kind: "number"; readonly text: string }
  | { readonly kind: "int64"; readonly text: string }
  | { readonly kind: "string"; readonly text: string }
  | { readonly kind: "bytes"; readonly base64: string; readonly size: number }
  | { readonly kind: "array"; readonly items: readonly unknown[] }
  | { readonly kind: "map"; readonly entries: readonly (readonly [string, unknown])[] };

/** Reads one level of `json`; what is inside an array or a map is read when it is shown. */
export function readValue(json: unknown): JsonValue {
  if (json === null || json === undefined) return { kind: "null" };
  if (typeof json === "boolean") return { kind: "boolean", value: json };
  if (typeof json === "number") return { kind: "number", text: String(json) };
  if (typeof json === "string") return { kind: "string", text: json };
  if (Array.isArray(json)) return { kind: "array", items: json };
  return readTagged(json) ?? { kind: "map", entries: Object.entries(json) };
}

function readTagged(json: object): JsonValue | null {
  const [[tag, value] = [], ...others] = Object.entries(json);
  if (others.length > 0) return null;
  if (tag === "$int64" && typeof value === "string") return { kind: "int64", text: value };
  if (tag === "$double" && typeof value === "string") return { kind: "number", text: value };
  if (tag === "$bytes" && typeof value === "string") {
    return { kind: "bytes", base64: value, size: byteLength(value) };
  }
  if (tag !== "$map" || typeof value !== "object" || value === null) return null;
  return { kind: "map", entries: Object.entries(value) };
}

/** How many bytes `base64` stands for. */
function byteLength(base64: string): number {
  return Math.floor(base64.replace(/=+$/, "").length * 3 / 4);
}

/** The bytes as hexadecimal digits in pairs, at most `max` of them. */
export function hexOf(base64: string, max: number): string {
  const binary = atob(base64.slice(0, 4 * Math.ceil(max / 3)));
  return Array.from(
    binary.slice(0, max),
    (char) => char.charCodeAt(0).toString(16).padStart(2, "0"),
  )
    .join(" ");
}
