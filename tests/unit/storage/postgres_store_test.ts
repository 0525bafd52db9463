/** Several writers of one PostgreSQL database. */
import assert from "node:assert/strict";
import { ConstraintError, type Store, StoreConflictError } from "../../../actors/storage/port.ts";
import {
  change,
  claimOf,
  completionOf,
  insert,
  newTask,
  present,
  selectReady,
} from "../../conformance/store_fixture.ts";
import { eventually } from "../../support/eventually.ts";
import { type PostgresServer, startPostgres } from "../../support/postgres_server.ts";
import { at, idsIn, withStores } from "../../support/postgres_stores.ts";

let server: PostgresServer;
Deno.test.beforeAll(async () => {
  server = await startPostgres({ fsync: false });
});
Deno.test.afterAll(() => server.stop());

/** A moment that others can wait for. */
function gate() {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { passed: promise, open: () => resolve() };
}

Deno.test("postgres claims of two writers take different tasks without waiting for each other", () =>
  withStores(server, 2, async (stores) => {
    const nums = Array.from({ length: 20 }, (_, index) => index + 1);
    await insert(at(stores, 0), ...nums.map((num) => newTask(num)));
    const [firstHas, secondHas] = [gate(), gate()];
    const claim = async (store: Store, max: number, begin: Promise<void>, has: () => void) => {
      await begin;
      return await store.write(async (tx) => {
        const { tasks, drained } = await selectReady(tx, { max });
        await tx.updateTasks(tasks.map((task) => claimOf(task)));
        has();
        await secondHas.passed;
        return { nums: tasks.map(({ num }) => num), drained };
      });
    };
    const [first, second] = await Promise.all([
      claim(at(stores, 0), 12, Promise.resolve(), firstHas.open),
      claim(at(stores, 1), 12, firstHas.passed, secondHas.open),
    ]);
    assert.deepEqual(first, { nums: nums.slice(0, 12), drained: false });
    // The first has looked at one more than it took, to see whether there is any.
    assert.deepEqual(second.nums, nums.slice(13));
    // The others are locked, and may be free again.
    assert.equal(second.drained, false);
    const { drained } = await at(stores, 1).write((tx) => selectReady(tx));
    assert.equal(drained, true);
  }));

Deno.test("postgres passes over keys that another writer has locked, in both turns", () =>
  withStores(server, 2, async (stores) => {
    const keyed = (num: number, concurrencyKey: string | null) => newTask(num, { concurrencyKey });
    await insert(at(stores, 0), keyed(1, "a"), keyed(2, "b"), keyed(3, null), keyed(4, "a"));
    await at(stores, 0).write(async (tx) => {
      const { tasks } = await selectReady(tx, { max: 2 });
      assert.deepEqual(tasks.map(({ num }) => num), [1, 2]);
      const others = await at(stores, 1).write((tx) => selectReady(tx, { afterKey: "a" }));
      assert.deepEqual([others.tasks.map(({ num }) => num), others.drained], [[4], false]);
    });
  }));

Deno.test("postgres gives two writers different nums, each in a row", () =>
  withStores(server, 2, async (stores) => {
    const take = async (store: Store) => {
      const taken: number[] = [];
      for (let round = 0; round < 20; round++) {
        const first = await store.write((tx) => tx.allocateNums("task", 7));
        taken.push(...Array.from({ length: 7 }, (_, index) => first + index));
      }
      return taken;
    };
    const nums = (await Promise.all(stores.map(take))).flat();
    assert.equal(new Set(nums).size, 280);
  }));

Deno.test("postgres accepts an id once, whichever of two writers comes second", () =>
  withStores(server, 2, async (stores) => {
    const inserted = gate();
    const first = at(stores, 0).write(async (tx) => {
      await tx.insertTasks([newTask(1, { id: "same" })]);
      inserted.open();
    });
    const second = inserted.passed.then(() =>
      at(stores, 1).write((tx) => tx.insertTasks([newTask(2, { id: "same" })]))
    );
    // The one may hear of its commit only after the other heard of its refusal.
    await Promise.all([first, assert.rejects(second, ConstraintError)]);
    const tasks = await at(stores, 1).write((tx) => tx.findTasks(["same"]));
    assert.equal(tasks.get("same")?.num, 1);
  }));

Deno.test("postgres lets the second of two ends of a workflow see the first", () =>
  withStores(server, 2, async (stores) => {
    const workflow = { id: "w", num: 1, name: null, status: "running", contentHash: "h" } as const;
    const tasks = [1, 2].map((num) => newTask(num, { workflowNum: 1, workflowId: "w" }));
    await at(stores, 0).write(async (tx) => {
      await tx.insertWorkflows([{ ...workflow, createdAt: 1, finishedAt: null }]);
      await tx.insertTasks(tasks);
    });
    await change(at(stores, 0), [1, 2], (task) => claimOf(task));
    const end = (store: Store, num: number) =>
      store.write(async (tx) => {
        const found = await tx.loadTasks([num], { texts: true });
        await tx.updateTasks([completionOf(present(found.get(num)))]);
        return present((await tx.loadWorkflows([1])).get(1)).counts;
      });
    const counts = await Promise.all([end(at(stores, 0), 1), end(at(stores, 1), 2)]);
    counts.sort((a, b) => (a.completed ?? 0) - (b.completed ?? 0));
    assert.deepEqual(counts, [{ running: 1, completed: 1 }, { completed: 2 }]);
  }));

Deno.test("postgres reads a task as it is once its lock was waited for, though it moved meanwhile", () =>
  withStores(server, 2, async (stores) => {
    await insert(at(stores, 0), newTask(1), newTask(2));
    await change(at(stores, 0), [1, 2], (task) => claimOf(task));
    const changed = gate();
    const first = at(stores, 0).write(async (tx) => {
      const task = present((await tx.loadTasks([1], { texts: true })).get(1));
      await tx.updateTasks([{ ...claimOf(task), after: { ...task, cancelRequestedAt: 5 } }]);
      const ended = present((await tx.loadTasks([2], { texts: true })).get(2));
      await tx.updateTasks([completionOf(ended)]);
      changed.open();
    });
    await changed.passed;
    const read = (num: number) => at(stores, 1).write((tx) => tx.loadTasks([num]));
    const [seen, moved] = await Promise.allSettled([read(1), read(2)]);
    await first;
    assert.equal(seen.status === "fulfilled" && seen.value.get(1)?.cancelRequestedAt, 5);
    // A row that goes to the other partition can't be followed: to be tried again.
    if (moved.status === "rejected") assert.ok(moved.reason instanceof StoreConflictError);
    assert.equal((await read(2)).get(2)?.status, "completed");
  }));

Deno.test("postgres ends one of two writers that wait for each other with a conflict", () =>
  withStores(server, 2, async (stores) => {
    await insert(at(stores, 0), newTask(1), newTask(2));
    const [firstHas, secondHas] = [gate(), gate()];
    const lock = (
      store: Store,
      nums: readonly [number, number],
      has: () => void,
      other: Promise<void>,
    ) =>
      store.write(async (tx) => {
        await tx.loadTasks([nums[0]]);
        has();
        await other;
        await tx.loadTasks([nums[1]]);
      });
    const ends = await Promise.allSettled([
      lock(at(stores, 0), [1, 2], firstHas.open, secondHas.passed),
      lock(at(stores, 1), [2, 1], secondHas.open, firstHas.passed),
    ]);
    const failed = ends.flatMap((end) => end.status === "rejected" ? [end.reason] : []);
    assert.equal(failed.length, 1);
    assert.ok(failed[0] instanceof StoreConflictError, String(failed[0]));
    assert.deepEqual(await idsIn(at(stores, 0), "task-1", "task-2"), ["task-1", "task-2"]);
  }));

Deno.test("postgres locks queues with a limit to claim, and all of them to change", () =>
  withStores(server, 2, async (stores) => {
    const queue = { rateLimit: null, weight: 1, keyConcurrency: null, paused: false };
    await at(stores, 0).write(async (tx) => {
      await tx.saveQueue({ ...queue, name: "free", concurrency: null });
      await tx.saveQueue({ ...queue, name: "limited", concurrency: 1 });
    });
    await at(stores, 0).write(async (tx) => {
      await tx.lockQueues(["limited", "free"], "toClaim");
      const free = await at(stores, 1).write((tx) => tx.lockQueues(["free"], "toClaim"));
      assert.equal(free.settings.size, 1);
    });
    for (const [name, purpose] of [["limited", "toClaim"], ["new", "toChange"]] as const) {
      const locked = gate();
      const order: string[] = [];
      const first = at(stores, 0).write(async (tx) => {
        await tx.lockQueues([name], purpose);
        locked.open();
        await tx.saveQueue({ ...queue, name, concurrency: 7 });
        order.push("first");
      });
      await locked.passed;
      const lock = () =>
        at(stores, 1).write(async (tx) => {
          const { settings, busy } = await tx.lockQueues([name], purpose);
          // The first takes longer than a claim waits, on a busy machine.
          if (busy.has(name)) return null;
          order.push("second");
          return settings.get(name)?.concurrency;
        });
      const second = await eventually(lock, { what: "the lock is had", deadlineMs: 120_000 });
      await first;
      assert.deepEqual([order, second], [["first", "second"], 7]);
    }
  }));

Deno.test("postgres passes over a queue with a limit that another claim holds for long", () =>
  withStores(server, 2, async (stores) => {
    const queue = { rateLimit: null, weight: 1, keyConcurrency: null, paused: false };
    await at(stores, 0).write(async (tx) => {
      for (const name of ["held", "idle"]) await tx.saveQueue({ ...queue, name, concurrency: 1 });
    });
    await at(stores, 0).write(async (tx) => {
      await tx.lockQueues(["held"], "toClaim");
      await at(stores, 1).write(async (tx) => {
        const alone = await tx.lockQueues(["held"], "toClaim");
        assert.deepEqual([[...alone.busy], [...alone.settings.keys()]], [["held"], ["held"]]);
        const again = await tx.lockQueues(["held"], "toClaim");
        assert.deepEqual([...again.busy], ["held"]);
        const both = await tx.lockQueues(["held", "idle"], "toClaim");
        assert.deepEqual([...both.busy], ["held"]);
        await tx.saveQueue({ ...queue, name: "idle", concurrency: 2 });
      });
    });
    const after = await at(stores, 1).write((tx) => tx.lockQueues(["held", "idle"], "toClaim"));
    assert.deepEqual([...after.busy], []);
    assert.equal(after.settings.get("idle")?.concurrency, 2);
  }));

Deno.test("postgres vacuums live tasks when so many were claimed, and goes on meanwhile", () =>
  withStores(server, 1, async ([store], { name }) => {
    await insert(present(store), ...[1, 2, 3, 4].map((num) => newTask(num)));
    await change(present(store), [1, 2, 3], (task) => claimOf(task));
    await insert(present(store), newTask(5));
    await eventually(async () => {
      const [row] = await server.query(
        "SELECT vacuum_count::integer AS count FROM pg_stat_user_tables WHERE relname = 'tasks_live'",
        { database: name },
      );
      return Number(row?.["count"]) >= 1;
    }, { what: "the live tasks were vacuumed", deadlineMs: 120_000, everyMs: 100 });
    assert.deepEqual(await idsIn(present(store), "task-4", "task-5"), ["task-4", "task-5"]);
  }, { vacuumClaims: 3 }));
