import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import fc from "fast-check";
import { checkNotation, encodeText, toValue, type Value } from "../../../actors/domain/value.ts";
import { LIMITS } from "../../../actors/domain/task.ts";
import { nested, someValue } from "./value_sample.ts";

function valueOf(x: unknown): Value {
  const result = toValue(x);
  assert.ok(result.ok, result.ok ? "" : result.error.message);
  return result.value;
}

function refusal(x: unknown): string {
  const result = toValue(x);
  assert.ok(!result.ok, "it should be refused");
  assert.equal(result.error.code, "invalid_argument");
  return result.error.message.replace(/^Cannot keep the result: /, "");
}

Deno.test("result_value takes every value as it is", () => {
  fc.assert(fc.property(someValue, (value) => assert.deepEqual(valueOf(value), value)));
});

Deno.test("result_value of anything at all can be stored, or is refused by its path", () => {
  const anything = fc.anything({
    withBigInt: true,
    withDate: true,
    withMap: true,
    withSet: true,
    withTypedArray: true,
    withNullPrototype: true,
    withSparseArray: true,
    withBoxedValues: true,
    stringUnit: "binary",
  });
  const property = fc.property(anything, (x) => {
    const result = toValue(x);
    if (result.ok) assert.deepEqual(checkNotation(JSON.parse(encodeText(result.value))), []);
    else assert.match(result.error.message, /^Cannot keep the result: result.* is /s);
  });
  fc.assert(property, { numRuns: 1_000 });
});

Deno.test("result_value takes undefined as null, and leaves it out of objects", () => {
  assert.equal(valueOf(undefined), null);
  assert.deepEqual(valueOf([undefined, 1]), [null, 1]);
  assert.deepEqual(valueOf(new Array(2)), [null, null]);
  assert.deepEqual(valueOf({ a: undefined, b: 1 }), { b: 1 });
});

Deno.test("result_value takes a Map with string keys as a map", () => {
  const map = new Map<string, unknown>([["a", 1n], ["__proto__", new Map()]]);
  assert.equal(encodeText(valueOf(map)), '{"a":{"$int64":"1"},"__proto__":{}}');
  assert.equal(refusal({ m: new Map([[1, 2]]) }), "result.m is a Map with a number as key");
});

Deno.test("result_value takes a Buffer as bytes of its own", () => {
  const buffer = Buffer.from([1, 2, 3]);
  const value = valueOf(buffer);
  buffer[0] = 9;
  assert.deepEqual(value, new Uint8Array([1, 2, 3]));
});

Deno.test("result_value takes -0 as 0 and keeps what JSON has no number for", () => {
  assert.ok(Object.is(valueOf(-0), 0));
  assert.deepEqual(valueOf([NaN, -Infinity]), [NaN, -Infinity]);
});

Deno.test("result_value takes objects without prototype and with prototype names", () => {
  const bare: unknown = Object.assign(Object.create(null), { constructor: 1 });
  assert.deepEqual(valueOf(bare), { constructor: 1 });
});

class Point {
  readonly x = 1;
}

const REFUSED: readonly (readonly [unknown, string])[] = [
  [new Date(0), "result is an instance of Date: return plain values instead"],
  [{ at: [new Date(0)] }, "result.at[0] is an instance of Date: return plain values instead"],
  [{ "a b": () => 1 }, 'result["a b"] is a function'],
  [[Symbol("s")], "result[0] is a symbol"],
  [new Point(), "result is an instance of Point: return plain values instead"],
  [new Set([1]), "result is an instance of Set: return plain values instead"],
  [new Float64Array(1), "result is an instance of Float64Array: return plain values instead"],
  [Promise.resolve(1), "result is an instance of Promise: return plain values instead"],
  [2n ** 64n, "result is a bigint outside -2^63 to 2^64-1: return it as a string"],
  ["\uD800", "result is a string that is not well-formed Unicode"],
  [{ "\uD800": 1 }, "result is a map with a key that is not well-formed Unicode"],
];
for (const [x, message] of REFUSED) {
  Deno.test(`result_value says: ${message}`, () => assert.equal(refusal(x), message));
}

Deno.test("result_value refuses a cycle where it closes", () => {
  const list: unknown[] = [];
  list.push({ again: list });
  assert.equal(refusal(list), "result[0].again is a cycle: it contains itself");
});

Deno.test("result_value takes what is shared without being a cycle", () => {
  const shared = { a: 1 };
  assert.deepEqual(valueOf([shared, shared]), [{ a: 1 }, { a: 1 }]);
});

Deno.test("result_value is nested as deep as values may be", () => {
  assert.ok(toValue(nested(LIMITS.valueDepth)).ok);
  assert.match(refusal(nested(LIMITS.valueDepth + 1)), /is nested more than 64 deep$/);
});

Deno.test("result_value refuses shared objects that multiply beyond the limit", () => {
  let bomb: unknown = [];
  for (let level = 0; level < 60; level++) bomb = [bomb, bomb];
  const result = toValue(bomb);
  assert.ok(!result.ok);
  assert.deepEqual([result.error.code, result.error.reason], [
    "payload_too_large",
    "result_too_large",
  ]);
});

Deno.test("result_value lets an error of a getter through: it is the task's own", () => {
  const hostile = {
    get a(): never {
      throw new RangeError("mine");
    },
  };
  assert.throws(() => toValue(hostile), { name: "RangeError", message: "mine" });
});
