import assert from "node:assert/strict";
import { batchesOf } from "../../../actors/storage/moving/batches.ts";

const LIMITS = { rows: 4, characters: 100 };

Deno.test("batches hold no more rows than allowed, and all of them in order", () => {
  const rows = Array.from({ length: 10 }, (_, index) => [index, null]);
  const batches = [...batchesOf(rows, LIMITS)];
  assert.deepEqual(batches.map((batch) => batch.length), [4, 4, 2]);
  assert.deepEqual(batches.flat(), rows);
  assert.deepEqual([...batchesOf([], LIMITS)], []);
});

Deno.test("batches end with the row that makes them too long", () => {
  const rows = [10, 95, 300, 1].map((length, index) => [index, "x".repeat(length)]);
  const lengths = [...batchesOf(rows, LIMITS)].map((batch) => batch.map(([index]) => index));
  assert.deepEqual(lengths, [[0, 1], [2], [3]]);
});

Deno.test("batches read no row before it is needed", () => {
  let read = 0;
  function* rows() {
    for (; read < 100; read++) yield [read];
  }
  const batches = batchesOf(rows(), LIMITS);
  batches.next();
  assert.ok(read <= LIMITS.rows, `${read} rows were read for the first batch`);
});
