import assert from "node:assert/strict";
import fc from "fast-check";
import { ResultReference } from "../../../api/client/mod.ts";
import { decodeBase64, encodeBase64 } from "../../../api/client/base64.ts";
import { decodeResult, encodeArguments } from "../../../api/client/value_json.ts";
import {
  checkNotation,
  decodeValue,
  encodeValue,
  type Value,
} from "../../../actors/domain/value.ts";

const VALUE: fc.Arbitrary<Value> = fc.letrec<{ readonly value: Value }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    fc.constantFrom(null, true, NaN, Infinity, -Infinity),
    fc.double({ noNaN: true }).map((number) => number === 0 ? 0 : number),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }),
    fc.string({ unit: "binary" }).filter((text) => text.isWellFormed()),
    fc.uint8Array(),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom("a", "$int64", "$map", "$result", "__proto__"), tie("value"), {
      noNullPrototype: true,
      maxKeys: 2,
    }),
  ),
})).value;

Deno.test("the client writes and reads values as the node does", () => {
  fc.assert(fc.property(VALUE, (value) => {
    const { args: [json], references } = encodeArguments([value]);
    assert.ok(json !== undefined);
    assert.deepEqual(references, []);
    assert.deepEqual(checkNotation([json], { arguments: true }), []);
    assert.deepEqual(json, encodeValue(value));
    assert.deepEqual(decodeResult(json), decodeValue(json));
  }));
});

Deno.test("the client writes base64 as everybody does, whatever the length", () => {
  for (const length of [0, 1, 2, 3, 8_191, 8_192, 100_000]) {
    const bytes = Uint8Array.from({ length }, (_, index) => index * 7);
    assert.equal(encodeBase64(bytes), bytes.toBase64());
    assert.deepEqual(decodeBase64(bytes.toBase64()), bytes);
  }
});

Deno.test("the client finds results of other tasks in arguments, and leaves look-alikes alone", () => {
  const reference = new ResultReference("a", null);
  const { args, references } = encodeArguments([
    { deep: [reference] },
    { $result: "a" },
    undefined,
  ]);
  assert.deepEqual(args, [{ deep: [{ $result: "a" }] }, { $map: { $result: "a" } }, null]);
  assert.deepEqual(references, [reference]);
});

Deno.test("the client says by its place what can't be sent", () => {
  const cases: readonly [unknown, RegExp][] = [
    [() => 1, /Cannot send args\[0\]: it is a function/],
    [{ at: [new Date(0)] }, /Cannot send args\[0\]\.at\[0\]: it is an instance of Date/],
    [[Symbol("x")], /Cannot send args\[0\]\[0\]: it is a symbol/],
  ];
  for (const [value, message] of cases) assert.throws(() => encodeArguments([value]), message);
});
