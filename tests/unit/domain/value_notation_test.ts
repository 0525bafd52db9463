import assert from "node:assert/strict";
import fc from "fast-check";
import {
  checkNotation,
  decodeValue,
  encodeText,
  parseValue,
} from "../../../actors/domain/value.ts";
import { nested, someValue } from "./value_sample.ts";

const pointersOf = (json: unknown, args = false) =>
  checkNotation(json, { arguments: args }).map(({ pointer }) => pointer);

Deno.test("value_notation passes only what decodes, and decodes what it passes", () => {
  const tags = fc.constantFrom("$int64", "$bytes", "$double", "$map", "$result");
  const contents = fc.oneof(
    fc.jsonValue(),
    fc.constantFrom("1", "-1", "NaN", "AA==", "00", "-0", "1e3", " 1", "18446744073709551616"),
  );
  const someNotation = fc.oneof(
    fc.jsonValue({ stringUnit: "binary" }),
    fc.tuple(tags, contents).map(([tag, content]) => [{ [tag]: content }]),
  );
  let refused = 0;
  const property = fc.property(someNotation, (json) => {
    const errors = checkNotation(json);
    if (errors.length > 0) refused++;
    else assert.deepEqual(checkNotation(JSON.parse(encodeText(decodeValue(json)))), []);
  });
  fc.assert(property, { numRuns: 1_000 });
  assert.ok(refused > 20, "the property met faults");
});

Deno.test("value_notation parses what was encoded", () => {
  fc.assert(fc.property(someValue, (value) => {
    assert.deepEqual(parseValue(JSON.parse(encodeText(value))), { ok: true, value });
  }));
});

Deno.test("value_notation counts lists and maps for the depth, scalars in tags not", () => {
  assert.deepEqual(pointersOf(nested(64)), []);
  assert.deepEqual(pointersOf(nested(65)), ["/0".repeat(64)]);
  assert.deepEqual(pointersOf(nested(64, "a")), []);
  assert.deepEqual(pointersOf(nested(65, "a")), ["/a".repeat(64)]);
  const deep = (leaf: unknown): unknown =>
    JSON.parse("[".repeat(64) + JSON.stringify(leaf) + "]".repeat(64));
  assert.deepEqual(pointersOf(deep({ $int64: "1" })), []);
  assert.deepEqual(pointersOf(deep({ $map: {} })), ["/0".repeat(64)]);
});

Deno.test("value_notation does not count the list of arguments for the depth", () => {
  assert.deepEqual(pointersOf(nested(65), true), []);
  assert.deepEqual(pointersOf(nested(66), true), ["/0".repeat(65)]);
});

Deno.test("value_notation stops at what is nested 100,000 deep", () => {
  const text = "[".repeat(100_000) + "]".repeat(100_000);
  assert.equal(checkNotation(JSON.parse(text)).length, 1);
});

Deno.test("value_notation refuses ill-formed UTF-16 in strings and keys", () => {
  assert.deepEqual(pointersOf(["ok \u{1F600}", "\uD800", { "\uDC00": 1, b: "a\uDBFF" }]), [
    "/1",
    "/2",
    "/2/b",
  ]);
  assert.deepEqual(pointersOf([{ $result: "\uD800" }], true), ["/0"]);
});

const GOOD: readonly unknown[] = [
  { $int64: "0" },
  { $int64: "-9223372036854775808" },
  { $int64: "18446744073709551615" },
  { $bytes: "" },
  { $bytes: "+/8=" },
  { $double: "NaN" },
  { $map: {} },
  { $map: { $int64: 1 } },
  { $map: { a: { $int64: "1" }, b: 2 } },
  { $int64: 1, a: 2 },
  { $unknown: [] },
  JSON.parse('{"__proto__":{"constructor":1}}'),
];
for (const json of GOOD) {
  Deno.test(`value_notation takes ${JSON.stringify(json)}`, () => {
    assert.deepEqual(checkNotation(json), []);
  });
}

const BAD: readonly unknown[] = [
  { $int64: 1 },
  { $int64: "" },
  { $int64: "-0" },
  { $int64: "01" },
  { $int64: "+1" },
  { $int64: "1.0" },
  { $int64: "0x1" },
  { $int64: " 1" },
  { $int64: "-9223372036854775809" },
  { $int64: "18446744073709551616" },
  { $int64: "9".repeat(100_000) },
  { $bytes: 1 },
  { $bytes: "A" },
  { $bytes: "AA" },
  { $bytes: "AA== " },
  { $bytes: "AB==" },
  { $bytes: "_-8=" },
  { $double: "nan" },
  { $double: 1 },
  { $double: "1" },
  { $map: [] },
  { $map: null },
  { $result: "a" },
];
for (const json of BAD) {
  Deno.test(`value_notation refuses ${JSON.stringify(json).slice(0, 60)}`, () => {
    assert.deepEqual(pointersOf([json]), ["/0"]);
  });
}

Deno.test("value_notation refuses what is not JSON at all", () => {
  for (const json of [undefined, NaN, Infinity, 1n, () => 1, Symbol("s")]) {
    assert.deepEqual(pointersOf([json]), ["/0"]);
  }
});

Deno.test("value_notation takes references in arguments only, and only by name", () => {
  const args = [{ $result: "a" }, [{ deep: { $result: "b" } }], { $map: { $result: "not one" } }];
  assert.deepEqual(pointersOf(args, true), []);
  assert.deepEqual(pointersOf(args), ["/0", "/1/0/deep"]);
  assert.deepEqual(pointersOf([{ $result: 1 }, { $result: "" }, { $result: null }], true), [
    "/0",
    "/1",
    "/2",
  ]);
});

Deno.test("value_notation points into the request by RFC 6901", () => {
  const json = { "a/b~c": { $map: { x: "\uD800" } } };
  const [error] = checkNotation(json, { pointer: "/tasks/3/payload" });
  assert.equal(error?.pointer, "/tasks/3/payload/a~1b~0c/$map/x");
});

Deno.test("value_notation lists a bounded number of faults", () => {
  assert.equal(checkNotation(Array.from({ length: 1_000 }, () => "\uD800")).length, 20);
});

Deno.test("value_notation refusal of parseValue names the place", () => {
  const result = parseValue({ a: { $double: 1 } });
  assert.ok(!result.ok);
  assert.equal(result.error.reason, "invalid_value");
  assert.equal(
    result.error.message,
    "Cannot read the value at /a: $double takes one of NaN, Infinity, -Infinity",
  );
});
