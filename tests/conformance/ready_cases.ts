/** What is ready, due, expired or running. */
import assert from "node:assert/strict";
import type { ReadyQuery, Store } from "../../actors/storage/port.ts";
import {
  blockedTask,
  change,
  claimOf,
  type ConformanceCase,
  insert,
  newTask,
  NOT_READY,
  selectReady,
  T0,
} from "./store_fixture.ts";

async function ready(store: Store, more: Partial<ReadyQuery> = {}) {
  const { tasks, lastKey, drained } = await store.write((tx) => selectReady(tx, more));
  return { nums: tasks.map(({ num }) => num), lastKey, drained };
}

const keyed = (num: number, concurrencyKey: string | null) => newTask(num, { concurrencyKey });

export const READY_CASES: readonly ConformanceCase[] = [
  {
    rule: "selectReady picks by readyOrder, then by num, with args",
    check: async ({ store }) => {
      await insert(
        store,
        newTask(1, { readyOrder: 30 }),
        newTask(2, { readyOrder: 10 }),
        newTask(3, { readyOrder: 10 }),
        newTask(4, { readyOrder: -20 }),
      );
      const { tasks } = await store.write((tx) => selectReady(tx));
      assert.deepEqual(tasks.map(({ num, args }) => [num, args]), [
        [4, "[4]"],
        [2, "[2]"],
        [3, "[3]"],
        [1, "[1]"],
      ]);
    },
  },
  {
    rule: "selectReady takes pending tasks of the queue and pool only",
    check: async ({ store }) => {
      await insert(
        store,
        newTask(1),
        newTask(2, { queue: "other" }),
        newTask(3, { readyPool: "alone" }),
        newTask(4, { ...NOT_READY, status: "scheduled", dueAt: T0 }),
        newTask(5),
      );
      await change(store, [5], (task) => claimOf(task));
      assert.deepEqual((await ready(store)).nums, [1]);
      assert.deepEqual((await ready(store, { pool: "alone" })).nums, [3]);
      assert.deepEqual((await ready(store, { queue: "other" })).nums, [2]);
      assert.deepEqual(await ready(store, { queue: "none" }), {
        nums: [],
        lastKey: null,
        drained: true,
      });
    },
  },
  {
    rule: "selectReady says whether anything is left",
    check: async ({ store }) => {
      await insert(store, newTask(1), newTask(2), newTask(3));
      assert.equal((await ready(store, { max: 2 })).drained, false);
      assert.equal((await ready(store, { max: 3 })).drained, true);
      assert.equal((await ready(store, { max: 4 })).drained, true);
    },
  },
  {
    rule: "selectReady lets keys take turns, no key counting as one",
    check: async ({ store }) => {
      const tasks = [
        ...[1, 2, 3, 4].map((num) => keyed(num, "a")),
        ...[5, 6].map((num) => keyed(num, "b")),
        ...[7, 8, 9].map((num) => keyed(num, null)),
      ];
      await insert(store, ...tasks);
      const all = await ready(store);
      assert.deepEqual(all.nums, [1, 5, 7, 2, 6, 8, 3, 9, 4]);
    },
  },
  {
    rule: "selectReady goes on after the key that was served last, and round",
    check: async ({ store }) => {
      const keys = ["a", "b", "\u{1F600}", "\uFFFD", null];
      const names = new Map(keys.map((key, index) => [index + 1, key]));
      await insert(store, ...[...names].map(([num, key]) => keyed(num, key)));
      const served: (string | null)[] = [];
      let afterKey: string | null = "a";
      for (let turn = 0; turn < keys.length; turn++) {
        const { nums, lastKey } = await ready(store, { max: 1, afterKey });
        served.push(names.get(nums[0] ?? 0) ?? null);
        assert.equal(lastKey, served.at(-1));
        afterKey = lastKey;
      }
      assert.deepEqual(new Set(served), new Set(keys));
      assert.equal(served[0], "b");
      assert.equal(served.at(-1), "a");
    },
  },
  {
    rule: "selectReady serves a thousand keys evenly over many claims",
    check: async ({ store }) => {
      const name = (num: number) => `k${num % 1_000}`;
      const nums = Array.from({ length: 3_000 }, (_, index) => index + 1);
      await insert(store, ...nums.map((num) => keyed(num, name(num))));
      const served = new Map<string, number>();
      let afterKey: string | null = null;
      for (let turn = 0; turn < 20; turn++) {
        const claimed: { nums: number[]; lastKey: string | null } = await ready(store, {
          max: 100,
          afterKey,
        });
        await change(store, claimed.nums, (task) => claimOf(task));
        for (const num of claimed.nums) served.set(name(num), (served.get(name(num)) ?? 0) + 1);
        afterKey = claimed.lastKey;
      }
      assert.deepEqual(new Set(served.values()), new Set([2]));
    },
  },
  {
    rule: "selectReady keeps to the limit of a key, running tasks of any pool counted",
    check: async ({ store }) => {
      await insert(
        store,
        ...[1, 2, 3].map((num) => keyed(num, "a")),
        ...[4, 5].map((num) => keyed(num, "b")),
        ...[6, 7, 8].map((num) => keyed(num, null)),
        newTask(9, { concurrencyKey: "a", readyPool: "alone" }),
        newTask(10, { concurrencyKey: "a", queue: "other" }),
      );
      const limit = { keyConcurrency: 2 };
      assert.deepEqual((await ready(store, limit)).nums, [1, 4, 6, 2, 5, 7, 8]);
      await change(store, [9, 10], (task) => claimOf(task));
      assert.deepEqual((await ready(store, limit)).nums, [1, 4, 6, 5, 7, 8]);
      await change(store, [1], (task) => claimOf(task));
      assert.deepEqual((await ready(store, limit)).nums, [4, 6, 5, 7, 8]);
      await change(store, [4, 5, 6, 7, 8], (task) => claimOf(task));
      assert.deepEqual(await ready(store, limit), { nums: [], lastKey: null, drained: true });
      assert.equal((await ready(store, { keyConcurrency: null })).nums.length, 2);
    },
  },
  {
    rule: "readyWork names queues and pools with pending tasks",
    check: async ({ store }) => {
      await insert(
        store,
        newTask(1),
        newTask(2),
        newTask(3, { readyPool: "alone" }),
        newTask(4, { queue: "b" }),
        newTask(5, { queue: "c" }),
      );
      await change(store, [5], (task) => claimOf(task));
      const work = await store.write((tx) => tx.readyWork());
      assert.deepEqual(work.map(({ queue, pool }) => `${queue} ${pool}`).sort(), [
        "b async",
        "default alone",
        "default async",
      ]);
    },
  },
  {
    rule: "countRunning counts a queue up to the bound",
    check: async ({ store }) => {
      await insert(
        store,
        newTask(1),
        newTask(2),
        newTask(3),
        newTask(4, { queue: "b" }),
        newTask(5),
      );
      await change(store, [1, 2, 3, 4], (task) => claimOf(task));
      await store.write(async (tx) => {
        assert.equal(await tx.countRunning("default", 10), 3);
        assert.equal(await tx.countRunning("default", 2), 2);
        assert.equal(await tx.countRunning("b", 2), 1);
        assert.equal(await tx.countRunning("c", 2), 0);
      });
    },
  },
  {
    rule: "selectRunning pages by num, by executor and by node",
    check: async ({ store }) => {
      await insert(store, ...[1, 2, 3, 4].map((num) => newTask(num)));
      await change(
        store,
        [3, 1, 2],
        (task) =>
          claimOf(task, {
            executor: task.num === 2 ? "e-2" : "e-1",
            node: task.num === 1 ? "n-2" : "n-1",
          }),
      );
      await store.write(async (tx) => {
        const all = await tx.selectRunning({ afterNum: 0, limit: 2 });
        assert.deepEqual(all.map(({ num }) => num), [1, 2]);
        const rest = await tx.selectRunning({ afterNum: 2, limit: 2 });
        assert.deepEqual(rest.map(({ num }) => num), [3]);
        const one = await tx.selectRunning({ afterNum: 0, limit: 9, executor: "e-1" });
        assert.deepEqual(one.map(({ num }) => num), [1, 3]);
        const here = await tx.selectRunning({ afterNum: 0, limit: 9, node: "n-1" });
        assert.deepEqual(here.map(({ num }) => num), [2, 3]);
        const both = { executor: "e-1", node: "n-1" };
        const last = await tx.selectRunning({ afterNum: 0, limit: 9, ...both });
        assert.deepEqual(last.map(({ num }) => num), [3]);
      });
    },
  },
  {
    rule: "selectDue, selectExpired and nextWakeAt go by time",
    check: async ({ store }) => {
      const scheduled = (num: number, dueAt: number, expiresAt: number | null = null) =>
        newTask(num, { ...NOT_READY, status: "scheduled", dueAt, expiresAt });
      assert.equal(await store.write((tx) => tx.nextWakeAt()), null);
      const parent = newTask(5, { expiresAt: 40 });
      await insert(
        store,
        scheduled(1, 300),
        scheduled(2, 100),
        scheduled(3, 200, 50),
        newTask(4, { expiresAt: 60 }),
        parent,
        blockedTask(6, [parent], { expiresAt: 45 }),
      );
      await change(store, [5], (task) => claimOf(task));
      await store.write(async (tx) => {
        assert.deepEqual((await tx.selectDue(99, 9)).map(({ num }) => num), []);
        assert.deepEqual((await tx.selectDue(300, 2)).map(({ num }) => num), [2, 3]);
        assert.deepEqual((await tx.selectExpired(44, 9)).map(({ num }) => num), []);
        assert.deepEqual((await tx.selectExpired(60, 9)).map(({ num }) => num), [6, 3, 4]);
        assert.deepEqual((await tx.selectExpired(60, 1)).map(({ num }) => num), [6]);
        assert.equal(await tx.nextWakeAt(), 45);
        await tx.deleteTasks([3, 4, 6]);
        assert.equal(await tx.nextWakeAt(), 100);
      });
    },
  },
  {
    rule: "setPools moves pending tasks to another pool for good, and no others",
    check: async ({ store }) => {
      await insert(
        store,
        newTask(1, { concurrencyKey: "k" }),
        newTask(2, { readyPool: "alone" }),
        newTask(3),
        newTask(4, { ...NOT_READY, status: "scheduled", dueAt: T0 }),
      );
      const pool = 'async+net=["x"]';
      const alone = 'alone+net=["x"]';
      const moves = [
        { num: 1, pool, readyPool: pool },
        { num: 2, pool, readyPool: alone },
        { num: 4, pool, readyPool: pool },
      ];
      await store.write((tx) => tx.setPools(moves));
      const tasks = await store.write((tx) => tx.loadTasks([1, 2, 3, 4]));
      assert.deepEqual([...tasks.values()].map(({ pool, readyPool }) => [pool, readyPool]), [
        [pool, pool],
        [pool, alone],
        ["async", "async"],
        ["async", null],
      ]);
      assert.deepEqual((await ready(store, { pool })).nums, [1]);
      assert.deepEqual((await ready(store, { pool: alone })).nums, [2]);
      assert.deepEqual((await ready(store)).nums, [3]);
    },
  },
  {
    rule: "setReadyPools lets pending tasks wait for another pool, and no others",
    check: async ({ store }) => {
      await insert(store, newTask(1), newTask(2), newTask(3));
      await change(store, [2], (task) => claimOf(task));
      const moves = [1, 2].map((num) => ({ num, readyPool: "elsewhere" }));
      await store.write((tx) => tx.setReadyPools(moves));
      assert.deepEqual((await ready(store)).nums, [3]);
      assert.deepEqual((await ready(store, { pool: "elsewhere" })).nums, [1]);
      const tasks = await store.write((tx) => tx.loadTasks([1, 2]));
      assert.deepEqual([...tasks.values()].map(({ pool, readyPool }) => [pool, readyPool]), [
        ["async", "elsewhere"],
        ["async", null],
      ]);
    },
  },
];
