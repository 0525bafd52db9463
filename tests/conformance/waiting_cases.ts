/** What is first in line. */
import assert from "node:assert/strict";
import { type ConformanceCase, insert, newTask, selectReady, T0 } from "./store_fixture.ts";

const ALL = { limit: 100, keys: 100 };

export const WAITING_CASES: readonly ConformanceCase[] = [
  {
    rule: "firstInLine gives of each queue the first over its pools and keys",
    check: async ({ store, reader }) => {
      const at = (readyAt: number, priority = 0) => ({
        readyAt: T0 + readyAt,
        readyOrder: T0 + readyAt - priority * 10_000,
      });
      await insert(
        store,
        newTask(1, { queue: "a", ...at(50) }),
        newTask(2, { queue: "a", ...at(20), readyPool: "blocking" }),
        newTask(3, { queue: "a", ...at(30), concurrencyKey: "k" }),
        newTask(4, { queue: "b", ...at(40), concurrencyKey: "z" }),
        newTask(5, { queue: "b", ...at(10), concurrencyKey: "z" }),
        newTask(6, { queue: "b", ...at(30) }),
        newTask(7, { queue: "c", ...at(1) }),
        newTask(8, { queue: "c", ...at(900, 1) }),
      );
      assert.deepEqual(await reader.firstInLine(ALL), [
        { queue: "a", id: "task-2", readyAt: T0 + 20 },
        { queue: "b", id: "task-5", readyAt: T0 + 10 },
        { queue: "c", id: "task-8", readyAt: T0 + 900 },
      ]);
      assert.deepEqual((await reader.firstInLine({ ...ALL, limit: 2 })).map(({ queue }) => queue), [
        "a",
      ]);
    },
  },
  {
    rule: "firstInLine looks at ready tasks alone, of as many keys as it may",
    check: async ({ store, reader }) => {
      assert.deepEqual(await reader.firstInLine(ALL), []);
      const keyed = (num: number, concurrencyKey: string) =>
        newTask(num, { concurrencyKey, readyAt: T0 - num, readyOrder: T0 - num });
      await insert(store, keyed(1, "a"), keyed(2, "b"), keyed(3, "c"));
      const firstOf = async (keys: number) =>
        (await reader.firstInLine({ ...ALL, keys })).map(({ id }) => id);
      assert.deepEqual([await firstOf(2), await firstOf(9)], [["task-2"], ["task-3"]]);
      const { tasks } = await store.write((tx) => selectReady(tx, { max: 9 }));
      assert.equal(tasks.length, 3);
    },
  },
];
