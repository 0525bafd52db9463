/** What is left of rate limits. */
import assert from "node:assert/strict";
import { type ConformanceCase, T0 } from "./store_fixture.ts";

const rate = (queue: string, tokens: number, at = T0) => ({ queue, bucket: { tokens, at } });

export const QUEUE_RATE_CASES: readonly ConformanceCase[] = [
  {
    rule: "queue rates are kept to the fraction, by queue",
    check: async (under) => {
      await under.store.write((tx) => tx.saveQueueRates([rate("a", 0), rate("b", 1 / 3, T0 + 1)]));
      await under.store.write((tx) => tx.saveQueueRates([rate("a", 2.5, T0 - 1)]));
      await under.reopen();
      const rates = await under.store.write((tx) => tx.loadQueueRates(["a", "b", "c"]));
      assert.deepEqual(Object.fromEntries(rates), {
        a: { tokens: 2.5, at: T0 - 1 },
        b: { tokens: 1 / 3, at: T0 + 1 },
      });
      const some = await under.store.write((tx) => tx.loadQueueRates(["b"]));
      assert.deepEqual([...some.keys()], ["b"]);
    },
  },
  {
    rule: "queue rates are undone with their transaction, and forgotten one by one",
    check: async ({ store }) => {
      await store.write((tx) => tx.saveQueueRates([rate("a", 1), rate("b", 1)]));
      const undone = store.write(async (tx) => {
        await tx.saveQueueRates([rate("a", 0)]);
        await tx.deleteQueueRate("b");
        throw new Error("undone");
      });
      await assert.rejects(undone, /undone/);
      await store.write((tx) => tx.deleteQueueRate("none"));
      const before = await store.write((tx) => tx.loadQueueRates(["a", "b"]));
      assert.deepEqual([...before.values()].map(({ tokens }) => tokens), [1, 1]);
      await store.write((tx) => tx.deleteQueueRate("a"));
      const after = await store.write((tx) => tx.loadQueueRates(["a", "b"]));
      assert.deepEqual([...after.keys()], ["b"]);
    },
  },
];
