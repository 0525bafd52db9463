import assert from "node:assert/strict";
import { isCutOff, searchPage, withFreshHead } from "../../../api/dashboard/data/list_pages.ts";

/** A list of which each page of the server's looks at `scan` rows; `wanted` says which are found. */
function server(rows: number, scan: number, wanted: (row: number) => boolean) {
  const asked: (readonly [string | null, number])[] = [];
  const read = (cursor: string | null, limit: number) => {
    asked.push([cursor, limit]);
    const items: string[] = [];
    let row = Number(cursor ?? 0);
    for (let seen = 0; seen < scan && row < rows && items.length < limit; seen++, row++) {
      if (wanted(row)) items.push(`t${row}`);
    }
    return Promise.resolve({ items, nextCursor: row < rows ? String(row) : null });
  };
  return { read, asked };
}

Deno.test("searchPage reads on until a page is full, and says what it has found so far", async () => {
  const { read, asked } = server(100, 10, (row) => row % 20 === 15);
  const parts: number[] = [];
  const page = await searchPage({
    ...{ read, cursor: null, limit: 3, maxReads: 99 },
    onPart: ({ items }) => parts.push(items.length),
  });
  assert.deepEqual(page, { items: ["t15", "t35", "t55"], nextCursor: "56", reads: 6 });
  assert.deepEqual(asked.map(([, limit]) => limit), [3, 3, 2, 2, 1, 1]);
  assert.deepEqual(parts, [0, 1, 1, 2, 2]);
});

Deno.test("searchPage ends with the list, or after as many reads as it may do", async () => {
  const rare = server(100, 10, (row) => row === 95);
  const whole = await searchPage({ read: rare.read, cursor: null, limit: 3, maxReads: 99 });
  assert.deepEqual(whole, { items: ["t95"], nextCursor: null, reads: 10 });
  const part = await searchPage({ read: rare.read, cursor: "20", limit: 3, maxReads: 2 });
  assert.deepEqual(part, { items: [], nextCursor: "40", reads: 2 });
});

Deno.test("searchPage goes on where it was cut off", async () => {
  const { read, asked } = server(100, 10, (row) => row % 20 === 15);
  const bounds = { limit: 3, maxReads: 99 };
  const found = { items: ["t15"], nextCursor: "20", reads: 2 };
  assert.equal(isCutOff(found, bounds), true);
  const page = await searchPage({ read, cursor: null, found, ...bounds });
  assert.deepEqual(page, { items: ["t15", "t35", "t55"], nextCursor: "56", reads: 6 });
  assert.deepEqual(asked[0], ["20", 2]);
  assert.equal(isCutOff(page, bounds), false);
  assert.equal(isCutOff({ ...found, nextCursor: null }, bounds), false);
  assert.equal(isCutOff({ ...found, reads: 99 }, bounds), false);
});

const key = (row: string) => row;

Deno.test("withFreshHead keeps what is behind what was read anew", () => {
  const known = { items: ["d", "c", "b", "a"], nextCursor: "x", reads: 9 };
  assert.deepEqual(withFreshHead(known, { items: ["e", "c"], nextCursor: "y" }, key), {
    ...known,
    items: ["e", "c", "b", "a"],
  });
  assert.deepEqual(withFreshHead(known, { items: [], nextCursor: "y" }, key), known);
});

Deno.test("withFreshHead gives up where nothing is known any more, and needs nothing of a whole list", () => {
  const known = { items: ["b", "a"], nextCursor: null, reads: 9 };
  assert.equal(withFreshHead(known, { items: ["d", "c"], nextCursor: "y" }, key), null);
  assert.deepEqual(withFreshHead(known, { items: ["c"], nextCursor: null }, key), {
    ...{ items: ["c"], nextCursor: null, reads: 9 },
  });
});
