/** What task code returned, as a value: what has no place in the notation is refused by its path. */
import { type ErrorCode, ok, refuse, type Result } from "./error.ts";
import { LIMITS } from "./task.ts";
import { isInt64, setMember, type Value, type ValueMap } from "./value_codec.ts";

/**
 * Turns any JavaScript value into a `Value`, or says what in it is none. `undefined` is null, and
 * left out of objects as JSON does; -0 is 0; a `Map` with string keys is a map, a `Uint8Array` bytes.
 * Other classes are refused, because their reader would get something else than what was returned.
 *
 * @throws What a getter or proxy inside `x` throws: it is task code, and fails like it.
 */
export function toValue(x: unknown): Result<Value> {
  const conversion = new Conversion();
  try {
    return ok(conversion.convert(x, ""));
  } catch (error) {
    if (error instanceof NotAValue) {
      return refuse(error.code, error.reason, error.message);
    }
    throw error;
  }
}

/** Leaves the walk at the first part that is no value. Never leaves this module. */
class NotAValue extends Error {
  readonly code: ErrorCode;
  readonly reason: string;

  constructor(path: string, what: string, too?: "large") {
    super(`Cannot keep the result: result${path} is ${what}`);
    this.code = too === "large" ? "payload_too_large" : "invalid_argument";
    this.reason = too === "large" ? "result_too_large" : "invalid_result";
  }
}

/** One walk over what was returned. */
class Conversion {
  /** The containers around the part at hand: at most as many as values may be deep. */
  readonly #around: object[] = [];
  /** Parts so far. Shared objects are written as often as they appear, and each part takes a byte. */
  #parts = 0;

  convert(x: unknown, path: string): Value {
    if (++this.#parts > LIMITS.resultBytes) {
      throw new NotAValue("", `longer than ${LIMITS.resultBytes} bytes`, "large");
    }
    switch (typeof x) {
      case "undefined":
        return null;
      case "boolean":
        return x;
      case "number":
        return x === 0 ? 0 : x; // -0 included
      case "string":
        if (x.isWellFormed()) return x;
        throw new NotAValue(path, "a string that is not well-formed Unicode");
      case "bigint":
        if (isInt64(x)) return x;
        throw new NotAValue(path, "a bigint outside -2^63 to 2^64-1: return it as a string");
      case "object":
        return x === null ? null : this.#convertObject(x, path);
      default: // function, symbol
        throw new NotAValue(path, `a ${typeof x}`);
    }
  }

  #convertObject(x: object, path: string): Value {
    if (x instanceof Uint8Array) return new Uint8Array(x); // a copy, and never a Buffer
    if (this.#around.includes(x)) throw new NotAValue(path, "a cycle: it contains itself");
    if (this.#around.length >= LIMITS.valueDepth) {
      throw new NotAValue(path, `nested more than ${LIMITS.valueDepth} deep`);
    }
    this.#around.push(x);
    const value = this.#convertContainer(x, path);
    this.#around.pop();
    return value;
  }

  #convertContainer(x: object, path: string): Value {
    if (Array.isArray(x)) return Array.from(x, (item, i) => this.convert(item, `${path}[${i}]`));
    if (x instanceof Map) return this.#convertMap(x, path);
    if (isPlain(x)) return this.#convertMembers(Object.entries(x), path);
    throw new NotAValue(path, `${describe(x)}: return plain values instead`);
  }

  #convertMap(map: ReadonlyMap<unknown, unknown>, path: string): Value {
    const members: [string, unknown][] = [];
    for (const [key, member] of map) {
      if (typeof key !== "string") throw new NotAValue(path, `a Map with a ${typeof key} as key`);
      members.push([key, member]);
    }
    return this.#convertMembers(members, path);
  }

  #convertMembers(members: readonly (readonly [string, unknown])[], path: string): ValueMap {
    const map: Record<string, Value> = {};
    for (const [key, member] of members) {
      if (member === undefined) continue;
      if (!key.isWellFormed()) {
        throw new NotAValue(path, "a map with a key that is not well-formed Unicode");
      }
      setMember(map, key, this.convert(member, path + memberPath(key)));
    }
    return map;
  }
}

function memberPath(key: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
}

function isPlain(x: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(x);
  return prototype === null || prototype === Object.prototype;
}

function describe(x: object): string {
  const name: unknown = x.constructor?.name;
  return typeof name === "string" && name !== ""
    ? `an instance of ${name}`
    : "an object of a class";
}
