/** Values in the notation of the API, and back. */
import { decodeBase64, encodeBase64 } from "./base64.ts";
import { ResultReference } from "./result_reference.ts";
import type { JsonValue } from "./task_json.ts";
import type { Value } from "./typed_task.ts";

/** A map with one of these as its only key is the notation of something else. */
const TAGS: readonly string[] = ["$int64", "$bytes", "$double", "$map", "$result"];

/** Arguments as they are sent, and the results of other tasks in them. */
export interface SentArguments {
  readonly args: readonly JsonValue[];
  readonly references: readonly ResultReference[];
}

/** @throws {TypeError} for what is no value, by its place. */
export function encodeArguments(args: readonly unknown[]): SentArguments {
  const references: ResultReference[] = [];
  return { args: args.map((arg, index) => encode(arg, `args[${index}]`, references)), references };
}

function encode(value: unknown, path: string, references: ResultReference[]): JsonValue {
  switch (typeof value) {
    case "boolean":
    case "string":
      return value;
    case "undefined":
      return null;
    case "number":
      return Number.isFinite(value) ? value : { $double: String(value) };
    case "bigint":
      return { $int64: value.toString() };
    case "object":
      return value === null ? null : encodeObject(value, path, references);
    default:
      throw new TypeError(`Cannot send ${path}: it is a ${typeof value}`);
  }
}

function encodeObject(value: object, path: string, references: ResultReference[]): JsonValue {
  if (value instanceof ResultReference) {
    references.push(value);
    return { $result: value.name };
  }
  if (value instanceof Uint8Array) return { $bytes: encodeBase64(value) };
  if (Array.isArray(value)) {
    return value.map((item, index) => encode(item, `${path}[${index}]`, references));
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== null && prototype !== Object.prototype) {
    const name: unknown = value.constructor?.name;
    throw new TypeError(
      `Cannot send ${path}: it is an instance of ${String(name)}, no plain object`,
    );
  }
  const members = Object.entries(value).flatMap(([key, member]) =>
    member === undefined ? [] : [[key, encode(member, `${path}.${key}`, references)] as const]
  );
  const map = Object.fromEntries(members);
  return isTagged(map) ? { $map: map } : map;
}

/** The value that an answer's `json` is the notation of. */
export function decodeResult(json: JsonValue): Value {
  if (typeof json !== "object" || json === null) return json;
  if (isList(json)) return json.map(decodeResult);
  if (!isTagged(json)) return decodeMembers(json);
  const [[tag, content] = ["", null]] = Object.entries(json);
  if (tag === "$map" && isMap(content)) return decodeMembers(content);
  if (typeof content !== "string") return decodeMembers(json);
  if (tag === "$int64") return BigInt(content);
  if (tag === "$bytes") return decodeBase64(content);
  return tag === "$double" ? Number(content) : decodeMembers(json);
}

type JsonMap = Readonly<Record<string, JsonValue>>;

function decodeMembers(map: JsonMap): Value {
  return Object.fromEntries(Object.entries(map).map(([key, one]) => [key, decodeResult(one)]));
}

function isTagged(map: JsonMap): boolean {
  const [key, ...more] = Object.keys(map);
  return key !== undefined && more.length === 0 && TAGS.includes(key);
}

function isList(json: readonly JsonValue[] | JsonMap): json is readonly JsonValue[] {
  return Array.isArray(json);
}

function isMap(json: JsonValue | undefined): json is JsonMap {
  return typeof json === "object" && json !== null && !Array.isArray(json);
}
