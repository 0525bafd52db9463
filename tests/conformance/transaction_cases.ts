/** Transactions: all or nothing, seen only when committed, kept over restarts. */
import assert from "node:assert/strict";
import { ConstraintError } from "../../actors/storage/port.ts";
import { claimOf, type ConformanceCase, insert, newTask, present, query } from "./store_fixture.ts";

const PAGE = { limit: 100, beforeNum: null, scanRows: 1_000, textBytes: 4_096 };

export const TRANSACTION_CASES: readonly ConformanceCase[] = [
  {
    rule: "write answers what its work answers",
    check: async ({ store }) => {
      assert.equal(await store.write(() => Promise.resolve("answer")), "answer");
    },
  },
  {
    rule: "write keeps nothing of work that throws, and goes on afterwards",
    check: async ({ store, reader }) => {
      const failed = store.write(async (tx) => {
        await tx.insertTasks([newTask(1)]);
        await tx.insertWorkflows([{
          id: "w",
          num: 1,
          name: null,
          status: "running",
          contentHash: "h",
          createdAt: 1,
          finishedAt: null,
        }]);
        throw new Error("changed its mind");
      });
      await assert.rejects(failed, /changed its mind/);
      assert.deepEqual((await reader.listTasks(query(), PAGE)).tasks, []);
      assert.deepEqual(await reader.queueDepths(), []);
      assert.equal(await reader.getWorkflow("w"), null);
      await insert(store, newTask(1));
      assert.deepEqual(await reader.queueDepths(), [
        { queue: "default", status: "pending", count: 1 },
      ]);
    },
  },
  {
    rule: "savepoint undoes the work that throws and keeps what surrounds it",
    check: async ({ store, reader }) => {
      await store.write(async (tx) => {
        await tx.insertTasks([newTask(1)]);
        const inner = tx.savepoint(async () => {
          await tx.insertTasks([newTask(2), newTask(3)]);
          await tx.saveQueue({
            name: "q",
            concurrency: 1,
            rateLimit: null,
            weight: 1,
            keyConcurrency: null,
            paused: true,
          });
          throw new Error("inner");
        });
        await assert.rejects(inner, /inner/);
        assert.equal((await tx.findTasks(["task-2"])).size, 0);
        await tx.savepoint(async () => void await tx.insertTasks([newTask(4)]));
      });
      const { tasks } = await reader.listTasks(query(), PAGE);
      assert.deepEqual(tasks.map(({ num }) => num), [4, 1]);
      assert.deepEqual(await reader.queueDepths(), [
        { queue: "default", status: "pending", count: 2 },
      ]);
      assert.deepEqual(await reader.listQueues(), []);
    },
  },
  {
    rule: "savepoint nests",
    check: async ({ store, reader }) => {
      await store.write((tx) =>
        tx.savepoint(async () => {
          await tx.insertTasks([newTask(1)]);
          const inner = tx.savepoint(async () => {
            await tx.insertTasks([newTask(2)]);
            throw new Error("inner");
          });
          await assert.rejects(inner);
          await tx.insertTasks([newTask(3)]);
        })
      );
      assert.deepEqual(await reader.getTasks(["task-2"]), [null]);
      assert.equal(present((await reader.getTasks(["task-3"]))[0]).num, 3);
    },
  },
  {
    rule: "savepoint survives an item that breaks a constraint",
    check: async ({ store, reader }) => {
      await insert(store, newTask(1));
      await store.write(async (tx) => {
        const again = tx.savepoint(() =>
          tx.insertTasks([newTask(2), newTask(3, { id: "task-1" })])
        );
        await assert.rejects(again, ConstraintError);
        await tx.insertTasks([newTask(4)]);
      });
      const found = await reader.getTasks(["task-1", "task-2", "task-4"]);
      assert.deepEqual(found.map((task) => task?.num), [1, undefined, 4]);
    },
  },
  {
    rule: "write shows readers nothing before it commits",
    check: async ({ store, reader }) => {
      await store.write(async (tx) => {
        await tx.insertTasks([newTask(1)]);
        assert.deepEqual(await reader.getTasks(["task-1"]), [null]);
        assert.deepEqual(await reader.queueDepths(), []);
      });
      assert.equal((await reader.getTasks(["task-1"]))[0]?.id, "task-1");
    },
  },
  {
    rule: "write runs one work at a time, in order",
    check: async ({ store }) => {
      const order: string[] = [];
      const work = (name: string) =>
        store.write(async (tx) => {
          order.push(`${name} begins`);
          await tx.insertTasks([newTask(await tx.allocateNums("task", 1))]);
          order.push(`${name} ends`);
        });
      await Promise.all([work("a"), work("b")]);
      assert.deepEqual(order, ["a begins", "a ends", "b begins", "b ends"]);
    },
  },
  {
    rule: "the time stands still in a transaction, and goes on between them",
    check: async ({ store }) => {
      const time = () =>
        store.write(async (tx) => {
          const begun = tx.now();
          await tx.insertTasks([newTask(await tx.allocateNums("task", 1))]);
          assert.equal(tx.now(), begun);
          return begun;
        });
      const [first, second] = [await time(), await time()];
      assert.ok(Number.isInteger(first) && second >= first);
      assert.ok(store.now() >= second);
    },
  },
  {
    rule: "a writer kept beyond its transaction is refused",
    check: async ({ store }) => {
      const writer = await store.write((tx) => Promise.resolve({ tx }));
      await assert.rejects(writer.tx.insertTasks([newTask(1)]));
    },
  },
  {
    rule: "what was committed is there after a restart",
    check: async (under) => {
      await insert(under.store, newTask(1, { args: '["kept"]' }), newTask(2));
      await under.store.write(async (tx) => {
        const tasks = await tx.loadTasks([2]);
        await tx.updateTasks([claimOf(present(tasks.get(2)))]);
      });
      const before = await under.reader.getTasks(["task-1", "task-2"]);
      await under.reopen();
      assert.deepEqual(await under.reader.getTasks(["task-1", "task-2"]), before);
      assert.equal(before[0]?.args, '["kept"]');
    },
  },
  {
    rule: "allocateNums grows over restarts and never gives a num twice",
    check: async (under) => {
      const take = (kind: "task" | "workflow", count: number) =>
        under.store.write((tx) => tx.allocateNums(kind, count));
      const first = await take("task", 10);
      const second = await take("task", 1);
      assert.ok(second >= first + 10);
      assert.ok(await take("workflow", 2) >= 1);
      await under.store.write(async (tx) => {
        const num = await tx.allocateNums("task", 1);
        await tx.insertTasks([newTask(num)]);
      });
      await under.store.write((tx) => tx.deleteTasks([second + 1]));
      await under.reopen();
      assert.ok(await take("task", 1) > second + 1);
      assert.ok(await take("workflow", 1) >= 3);
    },
  },
];
