/** Tasks: kept as given, changed only from the state that was read. */
import assert from "node:assert/strict";
import type { TaskError } from "../../actors/domain/task.ts";
import { ConstraintError } from "../../actors/storage/port.ts";
import {
  blockedTask,
  change,
  changeOf,
  claimOf,
  complete,
  completionOf,
  type ConformanceCase,
  insert,
  newTask,
  NOT_READY,
  present,
  query,
  recordOf,
  T0,
} from "./store_fixture.ts";

const ERROR: TaskError = { name: "TypeError", message: 'no "x"\0 here', stack: "at 1\nat 2" };
const HOSTILE = `'; DROP TABLE tasks; -- " % _ \\ é 😀 \u202e ` + "`";

/** A task with every field set to something that is not its default. */
const FULL = newTask(7, {
  id: "full:1._-",
  workflowId: "w-1",
  workflowNum: 3,
  key: "k",
  method: HOSTILE,
  args: JSON.stringify([HOSTILE, { a: 1 }]),
  deps: ["x", "y"],
  triggerRule: "one_failed",
  queue: HOSTILE,
  pool: 'blocking+net=["api.example.com"]',
  priority: -100,
  runAt: T0 + 5,
  expiresAt: T0 + 6,
  timeoutMs: 86_400_000,
  heartbeatTimeoutMs: 10,
  concurrencyKey: HOSTILE,
  retry: { maxAttempts: 3, backoff: "linear", initialMs: 1, factor: 1.5, maxMs: 9, jitter: "none" },
  labels: { [HOSTILE]: HOSTILE, ["__proto__"]: "own", constructor: "", "": "empty key" },
  wave: 4,
  definition: "sha256-abc",
  traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
  status: "pending",
  reason: "crash",
  run: 5,
  attempt: 4,
  crashes: 2,
  alone: true,
  counts: { total: 9, succeeded: 4, failed: 3, skipped: 2 },
  readyOrder: -T0,
  readyPool: 'alone+net=["api.example.com"]',
  readyAt: T0 + 1,
  startedAt: T0 + 2,
  cancelRequestedAt: T0 + 3,
  node: "n-1",
  executor: "executor-2",
  error: ERROR,
  progress: { fraction: 0.25, note: HOSTILE },
});

export const TASK_CASES: readonly ConformanceCase[] = [
  {
    rule: "insertTasks keeps every field as given",
    check: async ({ store, reader }) => {
      const [seq] = await insert(store, FULL);
      assert.deepEqual(await reader.getTasks([FULL.id, "other"]), [
        recordOf(FULL, present(seq)),
        null,
      ]);
    },
  },
  {
    rule: "findTasks and loadTasks leave args and results out unless asked",
    check: async ({ store }) => {
      await insert(store, FULL, newTask(8));
      await complete(store, [8], '"out"');
      await store.write(async (tx) => {
        const found = await tx.findTasks(["task-8", "absent", FULL.id]);
        assert.deepEqual([...found.keys()].sort(), [FULL.id, "task-8"]);
        assert.equal(found.get(FULL.id)?.args, "[]");
        assert.deepEqual(found.get(FULL.id)?.error, ERROR);
        assert.equal(found.get("task-8")?.result, null);
        assert.equal((await tx.loadTasks([8])).get(8)?.args, "[]");
        const whole = (await tx.loadTasks([8, 99], { texts: true })).get(8);
        assert.deepEqual([whole?.args, whole?.result], ["[8]", '"out"']);
        assert.deepEqual(await tx.loadResults([7, 8, 99]), new Map([[8, '"out"']]));
      });
    },
  },
  {
    rule: "insertTasks refuses an id that is taken, as a ConstraintError",
    check: async ({ store, reader }) => {
      await insert(store, newTask(1));
      await assert.rejects(insert(store, newTask(2, { id: "task-1" })), ConstraintError);
      await assert.rejects(
        insert(store, newTask(3, { id: "a" }), newTask(4, { id: "a" })),
        ConstraintError,
      );
      assert.deepEqual(await reader.getTasks(["a"]), [null]);
    },
  },
  {
    rule: "ids are case-sensitive and compared whole",
    check: async ({ store, reader }) => {
      await insert(
        store,
        newTask(1, { id: "a" }),
        newTask(2, { id: "A" }),
        newTask(3, { id: "a." }),
      );
      const found = await reader.getTasks(["A", "a.", "a"]);
      assert.deepEqual(found.map((task) => task?.num), [2, 3, 1]);
    },
  },
  {
    rule: "texts that cannot be kept faithfully are refused",
    check: async ({ store, reader }) => {
      const id = "kept\0apart";
      try {
        await insert(store, newTask(1, { id }));
      } catch (error) {
        assert.ok(error instanceof ConstraintError);
        return;
      }
      assert.equal((await reader.getTasks([id]))[0]?.id, id);
    },
  },
  {
    rule: "args and results of 1 MiB come back whole",
    check: async ({ store, reader }) => {
      const big = JSON.stringify(["é".repeat((1 << 19) - 10)]);
      await insert(store, newTask(1, { args: big }));
      await complete(store, [1], big);
      const [task] = await reader.getTasks(["task-1"]);
      assert.ok(task?.args === big && task.result === big);
    },
  },
  {
    rule: "updateTasks writes the state, answers growing stamps and leaves the input alone",
    check: async ({ store, reader }) => {
      const inserted = await insert(store, newTask(1), newTask(2));
      const seqs = await change(store, [1, 2], (task) => claimOf(task));
      assert.deepEqual([...inserted, ...seqs], [...inserted, ...seqs].toSorted((a, b) => a - b));
      assert.equal(new Set([...inserted, ...seqs]).size, 4);
      const [task] = await reader.getTasks(["task-2"]);
      assert.deepEqual(
        task,
        recordOf({ ...newTask(2), ...claimOf(recordOf(newTask(2), 0)).after }, present(seqs[1])),
      );
    },
  },
  {
    rule: "updateTasks replaces args only where new ones are given",
    check: async ({ store, reader }) => {
      await insert(store, newTask(1));
      await change(store, [1], (task) => ({ ...changeOf(task, {}), args: '["new"]' }));
      await change(store, [1], (task) => changeOf(task, { alone: true }));
      assert.equal((await reader.getTasks(["task-1"]))[0]?.args, '["new"]');
    },
  },
  {
    rule: "updateTasks keeps a result that the change was not shown",
    check: async ({ store, reader }) => {
      await insert(store, newTask(1));
      await complete(store, [1], "42");
      await store.write(async (tx) => {
        const task = present((await tx.loadTasks([1])).get(1));
        await tx.updateTasks([changeOf(task, { cancelRequestedAt: T0 })]);
      });
      assert.equal((await reader.getTasks(["task-1"]))[0]?.result, "42");
    },
  },
  {
    rule: "updateTasks sets and clears errors",
    check: async ({ store, reader }) => {
      const dueAt = T0 + 9;
      await insert(store, newTask(1));
      await change(store, [1], (task) => claimOf(task));
      await change(
        store,
        [1],
        (task) => changeOf(task, { ...NOT_READY, status: "scheduled", dueAt, error: ERROR }),
      );
      assert.deepEqual((await reader.getTasks(["task-1"]))[0]?.error, ERROR);
      await change(
        store,
        [1],
        (task) => changeOf(task, { ...newTask(1), status: "pending", run: task.run, error: null }),
      );
      assert.equal((await reader.getTasks(["task-1"]))[0]?.error, null);
    },
  },
  {
    rule: "updateTasks refuses a change from another status or run",
    check: async ({ store, reader }) => {
      await insert(store, newTask(1));
      const stale = await store.write(async (tx) => present((await tx.loadTasks([1])).get(1)));
      await change(store, [1], (task) => claimOf(task));
      await assert.rejects(store.write((tx) => tx.updateTasks([claimOf(stale)])));
      const running = await store.write(async (tx) => present((await tx.loadTasks([1])).get(1)));
      const otherRun = { ...running, run: running.run - 1 };
      await assert.rejects(store.write((tx) => tx.updateTasks([completionOf(otherRun)])));
      const absent = { ...running, num: 99 };
      await assert.rejects(store.write((tx) => tx.updateTasks([completionOf(absent)])));
      assert.equal((await reader.getTasks(["task-1"]))[0]?.status, "running");
    },
  },
  {
    rule: "a status, or a reason that its status does not have, is refused",
    check: async ({ store }) => {
      const broken = [
        newTask(1, { status: "failed", ...NOT_READY, reason: "rule" }),
        newTask(1, { status: "completed", ...NOT_READY, reason: "timeout" }),
        newTask(1, { status: "skipped", ...NOT_READY, reason: null }),
        newTask(1, { status: "scheduled", ...NOT_READY, dueAt: null }),
        newTask(1, { attempt: 2, run: 1 }),
      ];
      for (const task of broken) await assert.rejects(insert(store, task), ConstraintError);
    },
  },
  {
    rule: "setProgress reaches current runs only",
    check: async ({ store, reader }) => {
      await insert(store, newTask(1), newTask(2));
      await change(store, [1], (task) => claimOf(task));
      const progress = { fraction: 0.5, note: HOSTILE };
      const seqs = await store.write((tx) =>
        tx.setProgress([
          { num: 1, run: 1, progress },
          { num: 1, run: 2, progress },
          { num: 2, run: 0, progress },
          { num: 9, run: 1, progress },
        ])
      );
      assert.deepEqual(seqs.map((seq) => seq === null), [false, true, true, true]);
      const [first, second] = await reader.getTasks(["task-1", "task-2"]);
      assert.deepEqual([first?.progress, first?.seq], [progress, seqs[0]]);
      assert.equal(second?.progress, null);
    },
  },
  {
    rule: "deleteTasks removes a task with all that belongs to it",
    check: async ({ store, reader }) => {
      const parent = newTask(1);
      await insert(store, parent, blockedTask(2, [parent]));
      await store.write(async (tx) => {
        const run = { num: 1, run: 1, attempt: 1, node: "n", executor: "e", startedAt: T0 };
        await tx.insertRuns([run]);
        const line = { run: 1, at: T0, level: "info" as const, message: "m", fields: {} };
        await tx.appendLogs([{ num: 1, lines: [line] }]);
      });
      await complete(store, [1]);
      await store.write(async (tx) => {
        await tx.deleteTasks([1]);
        assert.deepEqual(await tx.dependentsOf([1], ["blocked"]), []);
        assert.deepEqual((await tx.dependenciesOf([2])).get(2), []);
      });
      assert.deepEqual(await reader.getTasks(["task-1"]), [null]);
      assert.equal(await reader.listRuns("task-1"), null);
      assert.equal(await reader.listLogs("task-1", { after: null, limit: 9 }), null);
      assert.deepEqual(await reader.queueDepths(), [
        { queue: "default", status: "blocked", count: 1 },
      ]);
      await insert(store, newTask(3, { id: "task-1" }));
      assert.deepEqual(await reader.listRuns("task-1"), []);
      const page = { limit: 9, beforeNum: null, scanRows: 99, textBytes: 99 };
      assert.equal((await reader.listTasks(query(), page)).tasks.length, 2);
    },
  },
];
