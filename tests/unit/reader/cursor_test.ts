import assert from "node:assert/strict";
import { decodeCursor, encodeCursor } from "../../../actors/reader/cursor.ts";

Deno.test("cursor comes back as the place that it was made of", () => {
  for (const num of [0, 1, 9, 10, 4_711, 999_999_999_999_999]) {
    const cursor = encodeCursor(num);
    assert.match(cursor ?? "", /^[A-Za-z0-9]+$/, "goes into a query string as it is");
    assert.deepEqual(decodeCursor(cursor), { ok: true, value: num });
  }
});

Deno.test("cursor of the end is none, and none starts at the newest", () => {
  assert.equal(encodeCursor(null), null);
  assert.deepEqual(decodeCursor(null), { ok: true, value: null });
});

Deno.test("cursor that no listing gave is refused", () => {
  const foreign = ["", "1", "n:1", "%00", "====", btoa("n:-1"), btoa("n:1 OR 1=1"), btoa("m:1")];
  for (const cursor of [...foreign, btoa(`n:${"9".repeat(16)}`), "A".repeat(10_000)]) {
    const result = decodeCursor(cursor);
    assert.ok(!result.ok, cursor.slice(0, 40));
    assert.deepEqual([result.error.code, result.error.reason], [
      "invalid_argument",
      "invalid_cursor",
    ]);
    assert.equal(result.error.errors?.[0]?.pointer, "/cursor");
  }
});
