/** The check of values in their JSON notation, at the edge: what passes decodes without error. */
import { type FieldError, ok, refuse, type Result } from "./error.ts";
import { unreachable } from "./exhaustive.ts";
import { LIMITS } from "./task.ts";
import {
  decodeValue,
  isInt64,
  isJsonMap,
  type JsonMap,
  type Tag,
  tagOf,
  type Value,
} from "./value_codec.ts";

/** How a notation is checked. */
export interface NotationOptions {
  /** RFC 6901 pointer to the value in the request; empty when absent. */
  readonly pointer?: string;
  /**
   * True for a task's list of arguments: `{"$result": …}` may stand in it, and the list itself does
   * not count for the depth.
   */
  readonly arguments?: boolean;
}

/** Faults beyond these are not listed. */
const MAX_ERRORS = 20;
/** −2^63 and 2^64−1 have 20 characters. */
const INT64_LENGTH = 20;
const INT64_PATTERN = /^(?:0|-?[1-9][0-9]*)$/;
const DOUBLES: readonly string[] = ["NaN", "Infinity", "-Infinity"];

/** What is wrong with `json` as the notation of a value; empty when nothing is. */
export function checkNotation(json: unknown, options: NotationOptions = {}): FieldError[] {
  const check = new NotationCheck(options.arguments ?? false);
  check.value(json, options.pointer ?? "", options.arguments ? 0 : 1);
  return check.errors;
}

/** The value that `json` is the notation of, or everything that is wrong with it. */
export function parseValue(json: unknown, options: NotationOptions = {}): Result<Value> {
  const errors = checkNotation(json, { ...options, arguments: false });
  const [first] = errors;
  if (first === undefined) return ok(decodeValue(json));
  const place = first.pointer === "" ? "" : ` at ${first.pointer}`;
  const message = `Cannot read the value${place}: ${first.message}`;
  return refuse("invalid_argument", "invalid_value", message, { errors });
}

/** One walk over a notation. Depth bounds its recursion, `MAX_ERRORS` what it gathers. */
class NotationCheck {
  readonly errors: FieldError[] = [];
  readonly #results: boolean;

  constructor(results: boolean) {
    this.#results = results;
  }

  /** `depth` is that of `json` when it is a list or map: the outermost has 1. */
  value(json: unknown, pointer: string, depth: number): void {
    if (this.errors.length >= MAX_ERRORS) return;
    if (typeof json === "string") {
      if (!json.isWellFormed()) this.#refuse(pointer, "is not well-formed Unicode");
    } else if (typeof json === "object" && json !== null) {
      this.#container(json, pointer, depth);
    } else if (json !== null && typeof json !== "boolean" && !Number.isFinite(json)) {
      this.#refuse(pointer, `is ${typeof json} ${String(json)}, which JSON does not have`);
    }
  }

  #container(json: object, pointer: string, depth: number): void {
    const tag = Array.isArray(json) ? null : tagOf(json);
    if (tag !== null) return this.#tagged(tag, Object.values(json)[0], { pointer, depth });
    if (depth > LIMITS.valueDepth) {
      return this.#refuse(pointer, `is nested more than ${LIMITS.valueDepth} deep`);
    }
    if (Array.isArray(json)) {
      for (const [index, item] of json.entries()) {
        this.value(item, `${pointer}/${index}`, depth + 1);
      }
    } else if (isJsonMap(json)) {
      this.#members(json, pointer, depth);
    }
  }

  #members(map: JsonMap, pointer: string, depth: number): void {
    for (const [key, value] of Object.entries(map)) {
      if (key.isWellFormed()) this.value(value, `${pointer}/${escapePointer(key)}`, depth + 1);
      else this.#refuse(pointer, "has a key that is not well-formed Unicode");
    }
  }

  #tagged(
    tag: Tag,
    content: unknown,
    at: { readonly pointer: string; readonly depth: number },
  ): void {
    const { pointer, depth } = at;
    switch (tag) {
      case "$int64":
        if (isInt64Text(content)) return;
        return this.#refuse(
          pointer,
          "$int64 takes a string with a decimal integer from -2^63 to 2^64-1",
        );
      case "$bytes":
        if (isBase64(content)) return;
        return this.#refuse(pointer, "$bytes takes a string in base64, with padding");
      case "$double":
        if (typeof content === "string" && DOUBLES.includes(content)) return;
        return this.#refuse(pointer, `$double takes one of ${DOUBLES.join(", ")}`);
      case "$map":
        if (!isJsonMap(content)) return this.#refuse(pointer, "$map takes a map");
        if (depth <= LIMITS.valueDepth) return this.#members(content, `${pointer}/$map`, depth);
        return this.#refuse(pointer, `is nested more than ${LIMITS.valueDepth} deep`);
      case "$result":
        return this.#result(content, pointer);
      default:
        return unreachable(tag);
    }
  }

  #result(content: unknown, pointer: string): void {
    if (!this.#results) {
      this.#refuse(pointer, "$result stands in arguments only: write a map as $map");
    } else if (typeof content !== "string" || content === "" || !content.isWellFormed()) {
      this.#refuse(pointer, "$result takes the key or id of a dependency");
    }
  }

  #refuse(pointer: string, message: string): void {
    this.errors.push({ pointer, message });
  }
}

function isInt64Text(content: unknown): boolean {
  return typeof content === "string" && content.length <= INT64_LENGTH &&
    INT64_PATTERN.test(content) && isInt64(BigInt(content));
}

/** Canonical only, so that equal bytes are equal texts. */
function isBase64(content: unknown): boolean {
  if (typeof content !== "string") return false;
  try {
    return Uint8Array.fromBase64(content, { lastChunkHandling: "strict" }).toBase64() === content;
  } catch {
    return false; // the platform's only way to say that it is no base64
  }
}

function escapePointer(key: string): string {
  return key.replaceAll("~", "~0").replaceAll("/", "~1");
}
