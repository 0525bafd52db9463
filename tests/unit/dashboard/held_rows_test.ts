import assert from "node:assert/strict";
import { holdRows } from "../../../api/dashboard/ui/held_rows.ts";

const key = (row: { readonly id: string }) => row.id;
const rows = (...ids: readonly string[]) => ids.map((id) => ({ id, read: "anew" }));

Deno.test("held rows keep their order and change in place, and new ones wait", () => {
  const held = holdRows(rows("new", "b", "a"), ["a", "b"], key);
  assert.deepEqual(held, { rows: rows("a", "b"), waiting: 1 });
});

Deno.test("held rows that are gone leave the list", () => {
  assert.deepEqual(holdRows(rows("a"), ["a", "b"], key), { rows: rows("a"), waiting: 0 });
});

Deno.test("a list that is not held is shown as it is", () => {
  assert.deepEqual(holdRows(rows("b", "a"), null, key), { rows: rows("b", "a"), waiting: 0 });
});
