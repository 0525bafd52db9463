import fc from "fast-check";
import { setMember, type Value } from "../../../actors/domain/value_codec.ts";

/** Keys that a codec may stumble over: reserved ones, prototype names, pointer syntax. */
export const HARD_KEYS = [
  "$int64",
  "$bytes",
  "$double",
  "$map",
  "$result",
  "$other",
  "__proto__",
  "constructor",
  "toString",
  "a/b~c",
  "",
  "0",
] as const;

const someKey = fc.oneof(fc.constantFrom(...HARD_KEYS), fc.string({ unit: "grapheme" }));

function mapOf(members: readonly (readonly [string, Value])[]): Value {
  const map: Record<string, Value> = {};
  for (const [key, value] of members) setMember(map, key, value);
  return map;
}

/** Any value, -0 aside, which the notation writes as 0. */
export const someValue: fc.Arbitrary<Value> = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5 },
    fc.oneof(
      fc.constantFrom(null, true, false, NaN, Infinity, -Infinity),
      fc.double().map((x) => x === 0 ? 0 : x),
      fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }),
      fc.string({ unit: "grapheme" }),
      fc.uint8Array({ maxLength: 20 }).map((bytes) => new Uint8Array(bytes)),
    ),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.array(fc.tuple(someKey, tie("value")), { maxLength: 3 }).map(mapOf),
  ),
})).value;

/** `depth` lists or, with a key, maps around one number. */
export function nested(depth: number, key?: string): unknown {
  let json: unknown = 1;
  for (let level = 0; level < depth; level++) json = key === undefined ? [json] : { [key]: json };
  return json;
}
