/** What can be looked up to explain a task. */
import assert from "node:assert/strict";
import { defaultQueue } from "../../actors/domain/task.ts";
import {
  blockedTask,
  change,
  changeOf,
  claimOf,
  complete,
  type ConformanceCase,
  insert,
  newTask,
  NOT_READY,
  present,
  T0,
} from "./store_fixture.ts";

export const SNAPSHOT_CASES: readonly ConformanceCase[] = [
  {
    rule: "look finds tasks by id and num, without their texts",
    check: async ({ store, reader }) => {
      await insert(store, newTask(1), newTask(2));
      await reader.look(async (view) => {
        const task = present(await view.findTask("task-1"));
        assert.deepEqual([task.num, task.args, task.result], [1, "[]", null]);
        assert.equal(await view.findTask("none"), null);
        const found = await view.loadTasks([2, 1, 9]);
        assert.deepEqual(found.map(({ num }) => num).sort(), [1, 2]);
      });
    },
  },
  {
    rule: "look sees one state from first to last, and the next look a later one",
    check: async ({ store, reader }) => {
      await insert(store, newTask(1));
      await reader.look(async (view) => {
        assert.equal((await view.findTask("task-1"))?.status, "pending");
        await complete(store, [1]);
        await insert(store, newTask(2));
        assert.equal((await view.findTask("task-1"))?.status, "pending");
        assert.equal(await view.findTask("task-2"), null);
        const [outside] = await reader.getTasks(["task-1"]);
        assert.equal(outside?.status, "completed");
      });
      const [first, second] = await Promise.all([
        reader.look((view) => view.findTask("task-1")),
        reader.look((view) => view.findTask("task-2")),
      ]);
      assert.deepEqual([first?.status, second?.status], ["completed", "pending"]);
    },
  },
  {
    rule: "look goes on after one that failed",
    check: async ({ store, reader }) => {
      await insert(store, newTask(1));
      await assert.rejects(
        reader.look(() => Promise.reject(new Error("a reader's own"))),
        /a reader's own/,
      );
      assert.equal((await reader.look((view) => view.findTask("task-1")))?.num, 1);
    },
  },
  {
    rule: "dependenciesIn gives those of some statuses, in the order of the submission",
    check: async ({ store, reader }) => {
      const parents = [3, 1, 4, 2].map((num) => newTask(num, { key: `k${num}` }));
      await insert(store, ...parents, blockedTask(5, parents));
      await complete(store, [1]);
      await reader.look(async (view) => {
        const live = await view.dependenciesIn(5, { statuses: ["pending"], limit: 9 });
        assert.deepEqual(live.map(({ num }) => num), [3, 4, 2]);
        const [first] = await view.dependenciesIn(5, { statuses: ["completed"], limit: 9 });
        assert.deepEqual(first, {
          num: 1,
          id: "task-1",
          key: "k1",
          status: "completed",
          reason: null,
        });
        const some = await view.dependenciesIn(5, { statuses: ["pending"], limit: 2 });
        assert.deepEqual(some.map(({ num }) => num), [3, 4]);
        assert.deepEqual(await view.dependenciesIn(1, { statuses: ["pending"], limit: 2 }), []);
      });
    },
  },
  {
    rule: "findQueue gives the settings of a queue that has any",
    check: async ({ store, reader }) => {
      const mail = { ...defaultQueue("mail"), paused: true, concurrency: 3 };
      await store.write((tx) => tx.saveQueue(mail));
      await reader.look(async (view) => {
        assert.deepEqual(await view.findQueue("mail"), mail);
        assert.equal(await view.findQueue("other"), null);
      });
    },
  },
  {
    rule: "listRunning and countRunning know who runs in a queue, with a key and of a pool",
    check: async ({ store, reader }) => {
      const key = { concurrencyKey: "a" };
      await insert(
        store,
        ...[1, 2, 3].map((num) => newTask(num, num === 3 ? {} : key)),
        newTask(4, { ...key, queue: "b", pool: "blocking", readyPool: "blocking" }),
        newTask(5, key),
      );
      const startedAt = [0, 30, 10, 20, 40];
      await change(
        store,
        [1, 2, 3, 4],
        (task) => claimOf(task, { startedAt: T0 + (startedAt[task.num] ?? 0) }),
      );
      await reader.look(async (view) => {
        const ids = async (scope: Parameters<typeof view.listRunning>[0], limit = 9) =>
          (await view.listRunning(scope, limit)).map(({ id }) => id);
        assert.deepEqual(await ids({ queue: "default" }), ["task-2", "task-3", "task-1"]);
        assert.deepEqual(await ids({ queue: "default" }, 1), ["task-2"]);
        assert.deepEqual(await ids({ queue: "default", concurrencyKey: "a" }), [
          "task-2",
          "task-1",
        ]);
        assert.deepEqual(await ids({ pool: "blocking" }), ["task-4"]);
        assert.equal(await view.countRunning({ queue: "default" }, 9), 3);
        assert.equal(await view.countRunning({ queue: "default" }, 2), 2);
        assert.equal(await view.countRunning({ queue: "default", concurrencyKey: "a" }, 9), 2);
        assert.equal(await view.countRunning({ pool: "async" }, 9), 3);
        const [first] = await view.listRunning({ pool: "blocking" }, 1);
        assert.deepEqual(first, {
          id: "task-4",
          method: "noop",
          executor: "executor-1",
          startedAt: T0 + 40,
        });
      });
    },
  },
  {
    rule: "countAhead and countOtherKeys place a ready task among those of its queue and pool",
    check: async ({ store, reader }) => {
      const ready = (num: number, concurrencyKey: string | null, readyOrder: number) =>
        newTask(num, { concurrencyKey, readyOrder });
      await insert(
        store,
        ready(1, "a", 10),
        ready(2, "a", 20),
        ready(3, "a", 20),
        ready(4, "a", 30),
        ready(5, "b", 1),
        ready(6, null, 1),
        newTask(7, { concurrencyKey: "a", readyOrder: 1, queue: "other" }),
        newTask(8, { concurrencyKey: "a", readyOrder: 1, readyPool: "alone" }),
        newTask(9, { ...NOT_READY, status: "scheduled", dueAt: T0, concurrencyKey: "c" }),
      );
      await reader.look(async (view) => {
        const place = async (id: string, atMost = 9) => {
          const task = present(await view.findTask(id));
          return [await view.countAhead(task, atMost), await view.countOtherKeys(task, atMost)];
        };
        assert.deepEqual(await place("task-1"), [0, 2]);
        assert.deepEqual(await place("task-3"), [2, 2]);
        assert.deepEqual(await place("task-4"), [3, 2]);
        assert.deepEqual(await place("task-4", 1), [1, 1]);
        assert.deepEqual(await place("task-6"), [0, 2]);
        assert.deepEqual(await place("task-7"), [0, 0]);
      });
      await change(store, [5], (task) => changeOf(task, claimOf(task).after));
      const left = await reader.look(async (view) =>
        view.countOtherKeys(present(await view.findTask("task-1")), 9)
      );
      assert.equal(left, 1);
    },
  },
];
