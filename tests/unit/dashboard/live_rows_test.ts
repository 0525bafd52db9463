import assert from "node:assert/strict";
import { type LiveRow, showRows } from "../../../api/dashboard/ui/live_rows.ts";

interface Row {
  readonly id: string;
  readonly read: string;
}

const rowKey = ({ id }: Row) => id;
const rows = (read: string, ids: string): Row[] => [...ids].map((id) => ({ id, read }));
const seen = (ids: string): LiveRow<Row>[] =>
  rows("before", ids).map((row) => ({ row, left: false }));

/** What is shown as text: `a` as it was, `A` as it is now, `(a)` where it has left. */
function shown(fresh: string, options: { readonly seen: string; readonly complete: boolean }) {
  const { rows: found, waiting } = showRows(rows("now", fresh), {
    ...{ seen: seen(options.seen), complete: options.complete, rowKey },
  });
  const text = found.map(({ row, left }) =>
    left ? `(${row.id})` : row.read === "now" ? row.id.toUpperCase() : row.id
  );
  return [text.join(""), waiting];
}

Deno.test("rows change in place, and new ones wait", () => {
  assert.deepEqual(shown("xycba", { seen: "cba", complete: true }), ["CBA", 2]);
});

Deno.test("rows that do not belong to the list any more stay where they were, marked", () => {
  assert.deepEqual(shown("ca", { seen: "cba", complete: true }), ["C(b)A", 0]);
  assert.deepEqual(shown("cb", { seen: "cba", complete: true }), ["CB(a)", 0]);
  assert.deepEqual(shown("", { seen: "ba", complete: true }), ["(b)(a)", 0]);
});

Deno.test("rows that new ones have pushed out of reach stay as they were", () => {
  assert.deepEqual(shown("xyc", { seen: "cba", complete: false }), ["Cba", 2]);
  assert.deepEqual(shown("xya", { seen: "cba", complete: false }), ["(c)(b)A", 2]);
});

Deno.test("rows that follow all that is seen are shown at once, since they move nothing", () => {
  assert.deepEqual(shown("xcbazy", { seen: "cba", complete: true }), ["CBAZY", 1]);
  assert.deepEqual(shown("ba", { seen: "", complete: true }), ["BA", 0]);
  assert.deepEqual(shown("xy", { seen: "ba", complete: false }), ["ba", 2]);
});

Deno.test("rows that come back lose their mark", () => {
  const before = [{ row: { id: "a", read: "before" }, left: true }];
  const { rows: found } = showRows(rows("now", "a"), { seen: before, complete: true, rowKey });
  assert.deepEqual(found, [{ row: { id: "a", read: "now" }, left: false }]);
});

Deno.test("rows that nobody holds are shown as they are", () => {
  const { rows: found, waiting } = showRows(rows("now", "ba"), {
    ...{ seen: null, complete: false, rowKey },
  });
  assert.deepEqual([found.map(({ row }) => row.id), waiting], [["b", "a"], 0]);
});
