import assert from "node:assert/strict";
import { hexOf, readValue } from "../../../api/dashboard/ui/json_value.ts";

Deno.test("values that JSON lacks are read from their notation", () => {
  const int64 = { $int64: "9007199254740993" };
  assert.deepEqual(readValue(int64), { kind: "int64", text: "9007199254740993" });
  assert.deepEqual(readValue({ $double: "NaN" }), { kind: "number", text: "NaN" });
  const bytes = { kind: "bytes", base64: "AP8Q", size: 3 };
  assert.deepEqual(readValue({ $bytes: "AP8Q" }), bytes);
  assert.equal(hexOf("AP8Q", 64), "00 ff 10");
  assert.equal(hexOf("AP8Q", 2), "00 ff");
  assert.deepEqual(readValue({ $bytes: "AA==" }), { kind: "bytes", base64: "AA==", size: 1 });
});

Deno.test("a map is a map, also one that looks like a notation", () => {
  const entries = [["$int64", "1"]];
  assert.deepEqual(readValue({ $map: { $int64: "1" } }), { kind: "map", entries });
  assert.equal(readValue({ $int64: "1", more: 2 }).kind, "map");
  assert.equal(readValue({ $int64: 1 }).kind, "map");
  assert.equal(readValue({}).kind, "map");
});

Deno.test("plain values are what they are", () => {
  assert.deepEqual(readValue(null), { kind: "null" });
  assert.deepEqual(readValue(undefined), { kind: "null" });
  assert.deepEqual(readValue(false), { kind: "boolean", value: false });
  assert.deepEqual(readValue(1.5), { kind: "number", text: "1.5" });
  assert.deepEqual(readValue("a"), { kind: "string", text: "a" });
  assert.deepEqual(readValue([1]), { kind: "array", items: [1] });
});
