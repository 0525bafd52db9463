import assert from "node:assert/strict";
import fc from "fast-check";
import {
  checkNotation,
  decodeText,
  encodeText,
  encodeValue,
  type Value,
} from "../../../actors/domain/value.ts";
import { decodeValue, setMember, tagOf } from "../../../actors/domain/value_codec.ts";
import { HARD_KEYS, someValue } from "./value_sample.ts";

Deno.test("value_codec gives back every value through text", () => {
  const property = fc.property(someValue, (value) => {
    assert.deepEqual(decodeText(encodeText(value)), value);
  });
  fc.assert(property, { numRuns: 1_000 });
});

Deno.test("value_codec writes nothing but what the check lets pass", () => {
  fc.assert(
    fc.property(someValue, (value) => {
      assert.deepEqual(checkNotation(JSON.parse(encodeText(value))), []);
    }),
    { numRuns: 1_000 },
  );
});

const EXAMPLES: readonly (readonly [string, Value, string])[] = [
  ["null", null, "null"],
  ["a number", 1.5, "1.5"],
  ["a 64-bit integer", -5n, '{"$int64":"-5"}'],
  ["the largest integer", 2n ** 64n - 1n, '{"$int64":"18446744073709551615"}'],
  ["bytes", new Uint8Array([0, 255]), '{"$bytes":"AP8="}'],
  ["no bytes", new Uint8Array(), '{"$bytes":""}'],
  ["not a number", NaN, '{"$double":"NaN"}'],
  ["negative infinity", -Infinity, '{"$double":"-Infinity"}'],
  ["a map", { a: [1n] }, '{"a":[{"$int64":"1"}]}'],
  ["a map like bytes", { $bytes: 1n }, '{"$map":{"$bytes":{"$int64":"1"}}}'],
  ["a map like a reference", { $result: "a" }, '{"$map":{"$result":"a"}}'],
  ["a map like a map", { $map: { $map: 1 } }, '{"$map":{"$map":{"$map":{"$map":1}}}}'],
  ["a map with a reserved key and another", { $int64: "1", a: 2 }, '{"$int64":"1","a":2}'],
  ["a map with a free $ key", { $ref: "1" }, '{"$ref":"1"}'],
];

for (const [name, value, text] of EXAMPLES) {
  Deno.test(`value_codec writes ${name} as ${text}`, () => {
    assert.equal(encodeText(value), text);
    assert.deepEqual(decodeText(text), value);
  });
}

Deno.test("value_codec keeps prototype names as own keys, and the prototype as it is", () => {
  const plain = '{"__proto__":{"polluted":true},"constructor":1}';
  const tagged = '{"__proto__":{"$int64":"1"}}';
  for (const text of [plain, tagged]) {
    const value = decodeText(text);
    assert.ok(value !== null && typeof value === "object");
    assert.ok(Object.hasOwn(value, "__proto__"));
    assert.equal(Object.getPrototypeOf(value), Object.prototype);
    assert.equal(Reflect.get({}, "polluted"), undefined);
    assert.equal(encodeText(value), text);
  }
});

Deno.test("value_codec never assigns to __proto__, which elsewhere would set the prototype", () => {
  const own = Object.getOwnPropertyDescriptor(Object.prototype, "__proto__");
  const set = (value: unknown) => assert.fail(`the prototype would become ${value}`);
  Object.defineProperty(Object.prototype, "__proto__", { set, configurable: true });
  try {
    const text = '{"__proto__":{"$int64":"1"}}';
    assert.equal(encodeText(decodeText(text)), text);
  } finally {
    Object.defineProperty(Object.prototype, "__proto__", own ?? {});
  }
});

Deno.test("value_codec reads tags however their $ is escaped", () => {
  assert.equal(decodeText('{"\\u0024int64":"7"}'), 7n);
});

Deno.test("value_codec writes -0 as 0", () => {
  assert.equal(encodeText([-0]), "[0]");
});

Deno.test("value_codec throws on text that nobody checked", () => {
  assert.throws(() => decodeText('{"$int64":1}'), TypeError);
  assert.throws(() => decodeText('{"$map":"a"}'), TypeError);
  assert.throws(() => decodeText('{"$result":"a"}'), /Cannot decode \$result/);
  assert.throws(() => decodeValue(undefined), TypeError);
});

Deno.test("value_codec takes a map for a notation only when a reserved key is alone in it", () => {
  const reserved = HARD_KEYS.slice(0, 5);
  for (const key of HARD_KEYS) {
    const map: Record<string, unknown> = {};
    setMember(map, key, 1);
    assert.equal(tagOf(map), reserved.some((tag) => tag === key) ? key : null);
    assert.equal(tagOf({ ...map, more: 1 }), null);
  }
  assert.equal(tagOf({}), null);
});

Deno.test("value_codec encodes bytes of a view as what the view shows", () => {
  const bytes = new Uint8Array([1, 2, 3, 4]).subarray(1, 3);
  assert.deepEqual(encodeValue(bytes), { $bytes: "AgM=" });
});
