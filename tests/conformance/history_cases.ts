/** Runs, logs, queues, depths and idempotency keys. */
import assert from "node:assert/strict";
import { LIMITS, type LogLine, type LogPlace, type QueueConfig } from "../../actors/domain/task.ts";
import { ConstraintError, type IdempotencyEntry, type NewRun } from "../../actors/storage/port.ts";
import {
  change,
  claimOf,
  complete,
  type ConformanceCase,
  insert,
  newTask,
  present,
  T0,
} from "./store_fixture.ts";

const run = (number: number, more: Partial<NewRun> = {}): NewRun => ({
  num: 1,
  run: number,
  attempt: number,
  node: "n-1",
  executor: "executor-1",
  startedAt: T0,
  ...more,
});

const line = (number: number, more: Partial<LogLine> = {}): LogLine => ({
  run: 1,
  at: T0 + number,
  level: "info",
  message: `line ${number}`,
  fields: {},
  ...more,
});

const entry = (key: string, more: Partial<IdempotencyEntry> = {}): IdempotencyEntry => ({
  key,
  contentHash: "h",
  id: "task-1",
  expiresAt: T0 + 1_000,
  ...more,
});

const QUEUE: QueueConfig = {
  name: 'it\'s "q"',
  concurrency: 0,
  rateLimit: { limit: 5, perMs: 1_000 },
  weight: 1_000,
  keyConcurrency: 2,
  paused: true,
};

export const HISTORY_CASES: readonly ConformanceCase[] = [
  {
    rule: "runs are kept in order and end once",
    check: async ({ store, reader }) => {
      await insert(store, newTask(1));
      assert.deepEqual(await reader.listRuns("task-1"), []);
      assert.equal(await reader.listRuns("absent"), null);
      const error = { name: "Error", message: "m\0", stack: null };
      const end = { num: 1, run: 2, startedAt: T0 + 5, finishedAt: T0 + 6 };
      await store.write(async (tx) => {
        await tx.insertRuns([run(2), run(1)]);
        await tx.finishRuns([{ ...end, outcome: "threw", error }]);
        await tx.finishRuns([{ ...end, finishedAt: T0 + 9, outcome: "completed", error: null }]);
      });
      const { num: _first, ...first } = run(1);
      const { num: _second, ...second } = run(2);
      assert.deepEqual(await reader.listRuns("task-1"), [
        { ...first, finishedAt: null, outcome: null, error: null },
        { ...second, startedAt: T0 + 5, finishedAt: T0 + 6, outcome: "threw", error },
      ]);
    },
  },
  {
    rule: "a run is recorded once",
    check: async ({ store }) => {
      await insert(store, newTask(1));
      await store.write((tx) => tx.insertRuns([run(1)]));
      await assert.rejects(store.write((tx) => tx.insertRuns([run(1)])), ConstraintError);
    },
  },
  {
    rule: "logs keep their order and content",
    check: async ({ store, reader }) => {
      await insert(store, newTask(1), newTask(2));
      const odd = line(9, {
        run: 2,
        level: "error",
        message: "a\0b'\n😀",
        fields: { n: [1, null] },
      });
      await store.write(async (tx) => {
        await tx.appendLogs([{ num: 1, lines: [odd, line(2), line(1)] }]);
        await tx.appendLogs([{ num: 1, lines: [line(3)] }, { num: 2, lines: [line(4)] }]);
      });
      const kept = [line(2), line(1), line(3)].map((kept, index) => ({ ...kept, line: index + 1 }));
      const all = { num: 1, status: "pending", lines: [...kept, { ...odd, line: 1 }], more: false };
      assert.deepEqual(await reader.listLogs("task-1", { after: null, limit: 10 }), all);
      assert.equal(await reader.listLogs("absent", { after: null, limit: 1 }), null);
    },
  },
  {
    rule: "logs are read page by page, and further as they grow",
    check: async ({ store, reader }) => {
      await insert(store, newTask(1), newTask(2));
      const append = (...lines: LogLine[]) =>
        store.write((tx) => tx.appendLogs([{ num: 1, lines }, { num: 2, lines }]));
      const read = async (after: LogPlace | null, limit: number) => {
        const { lines, more } = present(await reader.listLogs("task-1", { after, limit }));
        return [lines.map(({ run, line }) => `${run}.${line}`).join(" "), more];
      };
      await append(line(1), line(2), line(3, { run: 2 }));
      assert.deepEqual(await read(null, 2), ["1.1 1.2", true]);
      assert.deepEqual(await read({ run: 1, line: 2 }, 2), ["2.1", false]);
      assert.deepEqual(await read({ run: 2, line: 1 }, 2), ["", false]);
      await append(line(4, { run: 10 }), line(5, { run: 2 }));
      assert.deepEqual(await read({ run: 2, line: 1 }, 2), ["2.2 10.1", false]);
    },
  },
  {
    rule: "logs over the limit of a run are dropped",
    check: async ({ store, reader }) => {
      await insert(store, newTask(1));
      const lines = Array.from({ length: LIMITS.logLinesPerRun - 1 }, (_, index) => line(index));
      const late = [line(1, { message: "last" }), line(2, { message: "over" })];
      const other = line(3, { run: 2 });
      await store.write(async (tx) => {
        await tx.appendLogs([{ num: 1, lines }]);
        await tx.appendLogs([{ num: 1, lines: [...late, other] }]);
        await tx.appendLogs([{ num: 1, lines: late }]);
      });
      const page = present(await reader.listLogs("task-1", { after: null, limit: 5_000 }));
      assert.equal(page.lines.length, LIMITS.logLinesPerRun + 1);
      assert.deepEqual(page.lines.slice(-2).map(({ message }) => message), ["last", other.message]);
    },
  },
  {
    rule: "queues are saved over and over",
    check: async (under) => {
      const plain = { ...QUEUE, name: "plain", rateLimit: null, concurrency: null, weight: 1 };
      await under.store.write(async (tx) => {
        await tx.saveQueue({ ...QUEUE, paused: false });
        await tx.saveQueue(plain);
        await tx.saveQueue(QUEUE);
      });
      await under.reopen();
      const byName = [QUEUE, plain].sort((a, b) => a.name < b.name ? -1 : 1);
      assert.deepEqual(await under.store.write((tx) => tx.loadQueues()), byName);
      assert.deepEqual(await under.reader.listQueues(), byName);
    },
  },
  {
    rule: "depths count the tasks of each queue and status",
    check: async ({ store, reader }) => {
      await insert(store, newTask(1), newTask(2), newTask(3, { queue: "b" }));
      await change(store, [1, 3], (task) => claimOf(task));
      const depths = async () =>
        (await reader.queueDepths()).map(({ queue, status, count }) =>
          `${queue} ${status} ${count}`
        )
          .sort();
      assert.deepEqual(await depths(), ["b running 1", "default pending 1", "default running 1"]);
      await complete(store, [2]);
      assert.deepEqual(await depths(), ["b running 1", "default completed 1", "default running 1"]);
    },
  },
  {
    rule: "queueNames tells queues that have tasks, and those of the same transaction",
    check: async ({ store, reader }) => {
      await insert(store, newTask(1), newTask(2, { queue: "b" }), newTask(3, { queue: "gone" }));
      await store.write((tx) => tx.deleteTasks([3]));
      const names = await store.write(async (tx) => {
        await tx.insertTasks([newTask(4, { queue: "new" })]);
        await tx.deleteTasks([2]);
        return await tx.queueNames();
      });
      assert.deepEqual(names.toSorted(), ["default", "new"]);
      await insert(store, newTask(5, { queue: "gone" }));
      const depths = (await reader.queueDepths()).map(({ queue, count }) => [queue, count]);
      assert.deepEqual(depths.toSorted(), [["default", 1], ["gone", 1], ["new", 1]]);
    },
  },
  {
    rule: "idempotency keys are found until they expire",
    check: async ({ store }) => {
      const entries = [entry("subject\nkey"), entry("b", { expiresAt: T0 + 5 })];
      await store.write(async (tx) => {
        await tx.insertIdempotencyKeys(entries);
        const find = async (now: number) =>
          [
            ...(await tx.findIdempotencyKeys(["b", "c", "subject\nkey"], now)).values(),
          ].sort((a, b) => a.key < b.key ? -1 : 1);
        assert.deepEqual(await find(T0 + 4), [entries[1], entries[0]]);
        assert.deepEqual(await find(T0 + 5), [entries[0]]);
        assert.deepEqual(await find(T0 + 1_000), []);
      });
    },
  },
  {
    rule: "an idempotency key is taken once while it lives, and anew when it has expired",
    check: async ({ store }) => {
      const far = Date.now() + 1_000_000;
      const keep = (...entries: IdempotencyEntry[]) =>
        store.write((tx) => tx.insertIdempotencyKeys(entries));
      await keep(entry("lives", { expiresAt: far }), entry("expired", { expiresAt: 1 }));
      await assert.rejects(keep(entry("lives", { expiresAt: far })), ConstraintError);
      await keep(entry("expired", { expiresAt: far, id: "task-2" }));
      const found = await store.write((tx) => tx.findIdempotencyKeys(["expired"], far - 1));
      assert.equal(found.get("expired")?.id, "task-2");
    },
  },
];
