/** What is left of rate limits, and the settings of queues by which a transaction decides. */
import assert from "node:assert/strict";
import type { QueueConfig } from "../../actors/domain/task.ts";
import { type ConformanceCase, T0 } from "./store_fixture.ts";

const UNLIMITED: Omit<QueueConfig, "name"> = {
  concurrency: null,
  rateLimit: null,
  weight: 1,
  keyConcurrency: null,
  paused: false,
};

const rate = (queue: string, tokens: number, at = T0) => ({ queue, bucket: { tokens, at } });

export const QUEUE_RATE_CASES: readonly ConformanceCase[] = [
  {
    rule: "lockQueues gives the settings as they stand, this transaction's changes included",
    check: async ({ store }) => {
      const limited: QueueConfig = { ...UNLIMITED, name: "b", concurrency: 2, weight: 3 };
      const rated: QueueConfig = {
        ...UNLIMITED,
        name: "c",
        rateLimit: { limit: 5, perMs: 1_000 },
        keyConcurrency: 1,
        paused: true,
      };
      await store.write((tx) => tx.saveQueue({ ...UNLIMITED, name: "a" }));
      await store.write(async (tx) => {
        await tx.saveQueue(limited);
        await tx.saveQueue(rated);
        for (const purpose of ["toClaim", "toChange"] as const) {
          const { settings } = await tx.lockQueues(["c", "none", "b", "c"], purpose);
          assert.deepEqual([...settings.values()].sort((x, y) => x.name < y.name ? -1 : 1), [
            limited,
            rated,
          ]);
        }
        assert.equal((await tx.lockQueues([], "toClaim")).settings.size, 0);
      });
      const { settings, busy } = await store.write((tx) => tx.lockQueues(["a"], "toClaim"));
      assert.deepEqual([...settings], [["a", { ...UNLIMITED, name: "a" }]]);
      assert.deepEqual([...busy], []);
    },
  },
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
