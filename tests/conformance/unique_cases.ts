/** Tasks of the same work: that the newest is found in every status that it goes through. */
import assert from "node:assert/strict";
import { TASK_STATUSES, type TaskStatus } from "../../actors/domain/task.ts";
import type { Store } from "../../actors/storage/port.ts";
import {
  change,
  changeOf,
  claimOf,
  completionOf,
  type ConformanceCase,
  insert,
  newTask,
  NOT_READY,
} from "./store_fixture.ts";

/** What is found by each hash, as nums by status. */
async function found(
  store: Store,
  hashes: readonly string[],
  statuses: readonly TaskStatus[] = TASK_STATUSES,
): Promise<Readonly<Record<string, Readonly<Partial<Record<TaskStatus, number>>>>>> {
  const byHash = await store.write((tx) => tx.findUnique(hashes, statuses));
  return Object.fromEntries(
    [...byHash].map(([hash, tasks]) => [
      hash,
      Object.fromEntries(tasks.map(({ status, num }) => [status, num])),
    ]),
  );
}

/** The rules of `findUnique`. */
export const UNIQUE_CASES: readonly ConformanceCase[] = [
  {
    rule: "findUnique answers the newest task of each hash and status",
    check: async ({ store }) => {
      const done = { ...NOT_READY, status: "completed", run: 1 } as const;
      await insert(
        store,
        newTask(1, { uniqueHash: "a" }),
        newTask(2, { uniqueHash: "a" }),
        newTask(3, { uniqueHash: "a", ...done }),
        newTask(4, { uniqueHash: "b" }),
        newTask(5),
      );
      assert.deepEqual(await found(store, ["a", "b", "c"]), {
        a: { pending: 2, completed: 3 },
        b: { pending: 4 },
      });
      assert.deepEqual(await found(store, ["a"], ["completed", "failed"]), { a: { completed: 3 } });
      assert.deepEqual(await found(store, [], ["pending"]), {});
    },
  },
  {
    rule: "findUnique follows a task through its statuses, and over a restart",
    check: async (under) => {
      await insert(under.store, newTask(1, { uniqueHash: "a", args: '["long"]' }));
      await change(under.store, [1], (task) => claimOf(task));
      assert.deepEqual(await found(under.store, ["a"]), { a: { running: 1 } });
      await change(under.store, [1], (task) => completionOf(task));
      await under.reopen();
      assert.deepEqual(await found(under.store, ["a"]), { a: { completed: 1 } });
      const [task] = (await under.store.write((tx) => tx.findUnique(["a"], ["completed"])))
        .get("a") ?? [];
      assert.deepEqual([task?.id, task?.args, task?.result], ["task-1", "[]", null]);
    },
  },
  {
    rule: "findUnique sees what the transaction has written, and nothing that was rolled back",
    check: async ({ store }) => {
      await store.write(async (tx) => {
        await tx.insertTasks([newTask(1, { uniqueHash: "a" })]);
        assert.equal((await tx.findUnique(["a"], ["pending"])).get("a")?.[0]?.num, 1);
        await assert.rejects(
          tx.savepoint(async () => {
            await tx.insertTasks([newTask(2, { uniqueHash: "a" })]);
            throw new Error("undone");
          }),
          /undone/,
        );
      });
      assert.deepEqual(await found(store, ["a"]), { a: { pending: 1 } });
    },
  },
  {
    rule: "findUnique does not know what was deleted, and an older task comes to light",
    check: async ({ store }) => {
      await insert(
        store,
        newTask(1, { uniqueHash: "a" }),
        newTask(2, { uniqueHash: "a" }),
      );
      await change(
        store,
        [1, 2],
        (task) => changeOf(task, { ...NOT_READY, status: "cancelled", finishedAt: 1 }),
      );
      await store.write((tx) => tx.deleteTasks([2]));
      assert.deepEqual(await found(store, ["a"]), { a: { cancelled: 1 } });
      await store.write((tx) => tx.deleteTasks([1]));
      assert.deepEqual(await found(store, ["a"]), {});
    },
  },
];
