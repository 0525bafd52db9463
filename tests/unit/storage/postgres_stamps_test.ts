import assert from "node:assert/strict";
import { Stamps, STAMPS_PER_TRANSACTION } from "../../../actors/storage/postgres/stamps.ts";

Deno.test("postgres stamps grow inside a transaction and with the ids of transactions", () => {
  const [older, newer] = [new Stamps(7), new Stamps(8)];
  const given = [older.next(), older.next(), newer.next(), newer.next()];
  assert.deepEqual(given, [...new Set(given)].sort((a, b) => a - b));
});

Deno.test("postgres stamps of one transaction never reach those of the next", () => {
  const [stamps, next] = [new Stamps(7), new Stamps(8).next()];
  const given = Array.from({ length: STAMPS_PER_TRANSACTION + 10 }, () => stamps.next());
  assert.ok(given.every((stamp) => stamp < next));
  assert.equal(new Set(given).size, STAMPS_PER_TRANSACTION);
});

Deno.test("postgres stamps of a task grow, though an older transaction changes it later", () => {
  const [older, newer] = [new Stamps(7), new Stamps(8)];
  const before = newer.next();
  const after = older.after(before);
  assert.ok(after > before);
  assert.ok(after < new Stamps(9).next());
  assert.ok(newer.after(older.next()) > after - 1);
});

Deno.test("postgres stamps stay exact for 2^38 transactions", () => {
  const stamps = new Stamps(2 ** 38 - 1);
  const given = Array.from({ length: STAMPS_PER_TRANSACTION }, () => stamps.next());
  assert.ok(given.every(Number.isSafeInteger));
  assert.equal(new Set(given).size, STAMPS_PER_TRANSACTION);
});
