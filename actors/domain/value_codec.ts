/**
 * Values and their notation in JSON. What JSON lacks is written as a map with one reserved key:
 * `{"$int64":"…"}`, `{"$bytes":"…"}`, `{"$double":"NaN"}`; a map that happens to look like that is
 * written `{"$map":{…}}`. Stored text was checked before (`value_notation.ts`), so that decoding
 * throws only on what is a bug.
 */
import { unreachable } from "./exhaustive.ts";

/** What arguments and results are made of; a 64-bit integer is a bigint, and a map has string keys. */
export type Value =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | readonly Value[]
  | ValueMap;

/** A map of values; names like `__proto__` are ordinary keys of it. */
export interface ValueMap {
  readonly [key: string]: Value;
}

/** A map of JSON, before anything is known of what is in it. */
export type JsonMap = Readonly<Record<string, unknown>>;

/** The keys that say "not a map" to a reader, when alone in one. */
const TAGS = ["$int64", "$bytes", "$double", "$map", "$result"] as const;

/** A reserved key. */
export type Tag = (typeof TAGS)[number];

const INT64_MIN = -(2n ** 63n);
const UINT64_MAX = 2n ** 64n - 1n;

/** True for a bigint that the notation can hold: a signed or an unsigned integer of 64 bits. */
export function isInt64(value: bigint): boolean {
  return value >= INT64_MIN && value <= UINT64_MAX;
}

/** True for an object of JSON that is no array. */
export function isJsonMap(json: unknown): json is JsonMap {
  return typeof json === "object" && json !== null && !Array.isArray(json);
}

/** The reserved key that makes `map` a notation of something else; null for a map that is one. */
export function tagOf(map: object): Tag | null {
  let only: string | null = null;
  for (const key in map) { // stops at the second key, where Object.keys would list a large map
    if (only !== null) return null;
    only = key;
  }
  return only !== null && only.startsWith("$") ? TAGS.find((tag) => tag === only) ?? null : null;
}

/**
 * Sets an own property, whatever its name. Assigning to `__proto__` does so in Deno alone, and there
 * not with `--unstable-unsafe-proto`: everywhere else it changes the prototype.
 */
export function setMember<T>(map: Record<string, T>, key: string, value: T): void {
  if (key !== "__proto__") {
    map[key] = value;
    return;
  }
  const own = { value, writable: true, enumerable: true, configurable: true };
  Object.defineProperty(map, key, own);
}

/** `value` in the notation of JSON. */
export function encodeValue(value: Value): unknown {
  switch (typeof value) {
    case "boolean":
    case "string":
      return value;
    case "number":
      return Number.isFinite(value) ? value : { $double: String(value) };
    case "bigint":
      return { $int64: value.toString() };
    case "object":
      if (value === null) return null;
      if (value instanceof Uint8Array) return { $bytes: value.toBase64() };
      if (isList(value)) return value.map(encodeValue);
      return encodeMap(value);
    default:
      return unreachable(value);
  }
}

/** `value` as the JSON text that is stored. */
export function encodeText(value: Value): string {
  return JSON.stringify(encodeValue(value));
}

/** The value that `json`, which was checked, is the notation of. */
export function decodeValue(json: unknown): Value {
  switch (typeof json) {
    case "boolean":
    case "string":
    case "number":
      return json;
    case "object":
      if (json === null) return null;
      if (Array.isArray(json)) return json.map(decodeValue);
      return decodeMap(json);
    default:
      throw new TypeError(`Cannot decode a ${typeof json}: JSON has none`);
  }
}

/** The value of stored text. */
export function decodeText(text: string): Value {
  const mayHoldTags = text.includes('"$') || text.includes("\\u0024");
  return mayHoldTags ? decodeValue(JSON.parse(text)) : JSON.parse(text);
}

function isList(value: readonly Value[] | ValueMap): value is readonly Value[] {
  return Array.isArray(value);
}

function encodeMap(map: ValueMap): unknown {
  const encoded: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(map)) setMember(encoded, key, encodeValue(value));
  return tagOf(encoded) === null ? encoded : { $map: encoded };
}

function decodeMap(map: object): Value {
  const tag = tagOf(map);
  if (tag !== null) return decodeTagged(tag, Object.values(map)[0]);
  return decodeMembers(map);
}

function decodeMembers(map: object): ValueMap {
  const decoded: Record<string, Value> = {};
  for (const [key, value] of Object.entries(map)) setMember(decoded, key, decodeValue(value));
  return decoded;
}

function decodeTagged(tag: Tag, content: unknown): Value {
  if (tag === "$map" && isJsonMap(content)) return decodeMembers(content);
  if (typeof content !== "string") throw new TypeError(`Cannot decode ${tag}: it was not checked`);
  switch (tag) {
    case "$int64":
      return BigInt(content);
    case "$bytes":
      return Uint8Array.fromBase64(content);
    case "$double":
      return Number(content);
    case "$map":
    case "$result":
      throw new TypeError(`Cannot decode ${tag}: it holds ${JSON.stringify(content)}`);
    default:
      return unreachable(tag);
  }
}
