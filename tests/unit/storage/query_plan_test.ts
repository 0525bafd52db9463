import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { noTraffic } from "../../../actors/domain/traffic.ts";
import type { Store, StoreWriter } from "../../../actors/storage/port.ts";
import {
  databaseFile,
  openSqliteReader,
  openSqliteStore,
} from "../../../actors/storage/sqlite/mod.ts";
import {
  blockedTask,
  complete,
  insert,
  newTask,
  NOT_READY,
  present,
  query,
  selectReady,
  T0,
} from "../../conformance/store_fixture.ts";
import { scheduleRecord } from "../../support/schedules.ts";

/** What may be walked over from end to end: arguments, small tables, and what a scan limits by itself. */
const BOUNDED = [
  /^SCAN \w+( EXISTS)? VIRTUAL TABLE/,
  /^SCAN (counters|queues|schedules|depths|dead_letter_counts|s|CONSTANT ROW|\(subquery-\d+\))$/,
  // Newest first, as many rows as the page may scan.
  /^SCAN tasks USING INTEGER PRIMARY KEY$/,
  // Partial indexes over live tasks, of which the running ones are bounded by slots.
  /^SCAN (t|tasks) USING (COVERING )?INDEX tasks_(ready|due|running|expiry|blocked)$/,
  /^SCAN tombstones$/,
];

/** Runs `work` and answers the SQL of every statement that it prepared. */
async function prepared(work: () => Promise<void>): Promise<ReadonlySet<string>> {
  const statements = new Set<string>();
  const original = DatabaseSync.prototype.prepare;
  DatabaseSync.prototype.prepare = function (this: DatabaseSync, sql: string) {
    statements.add(sql);
    return original.call(this, sql);
  };
  try {
    await work();
  } finally {
    DatabaseSync.prototype.prepare = original;
  }
  return statements;
}

/** The steps of a statement's plan that walk over something from end to end. */
function scans(database: DatabaseSync, sql: string): string[] {
  const steps = database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all();
  return steps.map((step) => String(step["detail"])).filter((detail) => detail.startsWith("SCAN"));
}

async function useEveryVerb(dataDir: string): Promise<void> {
  const store = await openSqliteStore({ dataDir });
  await fill(store);
  await store.write(lookAround);
  await store.write(changeThings);
  await store.write(useSchedules);
  await readEverything(dataDir);
  await store.write(retire);
  await store.write((tx) => tx.deleteSchedule("s"));
  await store.close();
}

async function fill(store: Store): Promise<void> {
  const parent = newTask(1, { workflowId: "w", workflowNum: 1 });
  await store.write((tx) =>
    tx.insertWorkflows([{
      id: "w",
      num: 1,
      name: null,
      status: "running",
      contentHash: "h",
      createdAt: T0,
      finishedAt: null,
    }])
  );
  await insert(store, parent, blockedTask(2, [parent]), newTask(3, { concurrencyKey: "a" }));
  await insert(store, newTask(4, { ...NOT_READY, status: "failed", reason: "timeout" }));
  await complete(store, [1]);
}

const FILTERS = [{}, { workflowId: "w" }, { idPrefix: "task" }, {
  label: { key: "k", value: "v" },
}];

async function lookAround(tx: StoreWriter): Promise<void> {
  await tx.lockQueues(["default"], "toClaim");
  await tx.findUnique(["a"], ["pending", "running"]);
  await selectReady(tx, { keyConcurrency: 1, afterKey: "b" });
  await tx.dependentsOf([1], ["blocked"]);
  await tx.dependenciesOf([2]);
  await tx.withLiveDependents([1]);
  await tx.findTasks(["task-1"]);
  await tx.loadResults([1]);
  await tx.loadWorkflows([1]);
  await tx.findWorkflows(["w"]);
  await tx.tasksOfWorkflow(1, { afterNum: 0, limit: 9 });
  await tx.selectDue(T0, 9);
  await tx.selectExpired(T0, 9);
  await tx.selectRunning({ afterNum: 0, limit: 9 });
  await tx.selectRunning({ afterNum: 0, limit: 9, executor: "e" });
  await tx.nextWakeAt();
  await tx.readyWork();
  await tx.saveQueueRates([{ queue: "default", bucket: { tokens: 1, at: T0 } }]);
  await tx.loadQueueRates(["default"]);
  await tx.deleteQueueRate("default");
  await tx.countTraffic(T0, noTraffic());
  await tx.foldTraffic({ from: T0, until: T0 });
  await tx.queueNames();
  await tx.countRunning("default", 9);
  const horizon = await tx.deadLetterHorizon();
  for (const filter of FILTERS) {
    const { status: _, ...rest } = query(filter);
    const page = { afterNum: 0, horizon, limit: 9, scanRows: 99 };
    await tx.selectDeadLetters({ ...rest, reason: "timeout" }, page);
  }
}

async function changeThings(tx: StoreWriter): Promise<void> {
  await tx.finishWorkflows([{ num: 1, status: "completed", finishedAt: T0 }]);
  const entry = { key: "k", contentHash: "h", id: "task-1", expiresAt: T0 };
  await tx.insertIdempotencyKeys([entry]);
  await tx.findIdempotencyKeys(["k"], 0);
  await tx.setReadyPools([{ num: 3, readyPool: "async" }]);
  await tx.setPools([{ num: 3, pool: "blocking", readyPool: "blocking" }]);
  await tx.insertRuns([
    { num: 1, run: 1, attempt: 1, node: "n", executor: "e", startedAt: T0 },
  ]);
  await tx.finishRuns([
    { num: 1, run: 1, startedAt: T0, finishedAt: T0, outcome: "completed", error: null },
  ]);
  const line = { run: 1, at: T0, level: "info" as const, message: "m", fields: {} };
  await tx.appendLogs([{ num: 1, lines: [line] }]);
  await tx.setProgress([{ num: 3, run: 0, progress: { fraction: 1, note: null } }]);
}

async function retire(tx: StoreWriter): Promise<void> {
  for (const kind of ["task", "workflow"] as const) {
    const after = { finishedAt: T0, num: 1 };
    await tx.selectEnded({ kind, status: "completed", until: T0, after, limit: 9 });
  }
  await tx.liveWorkflows([1]);
  await tx.deleteExpiredKeys(T0, 9);
  await tx.nextKeyExpiry();
  // Statements over ranges differ from those over single nums.
  const range = Array.from({ length: 9 }, (_, index) => newTask(index + 100));
  await tx.insertTasks([...range, blockedTask(109, range)]);
  const nums = [...range.map(({ num }) => num), 109];
  await tx.withLiveDependents(nums);
  await tx.deleteTasks(nums);
  await tx.deleteTasks([2]);
  await tx.deleteWorkflows([1]);
}

async function useSchedules(tx: StoreWriter): Promise<void> {
  const schedule = scheduleRecord();
  await tx.saveSchedule(schedule);
  await tx.advanceSchedule(schedule);
  await tx.loadSchedules();
  await tx.findSchedules(["s"]);
  const decided = { schedule: "s", nominalAt: T0, decidedAt: T0, started: null, error: null };
  const ticks = [{ ...decided, outcome: "skipped" as const }];
  await tx.insertTicks(ticks);
  await tx.insertTicks(ticks, { replace: true });
  await tx.decidedTicks("s", { after: 0, until: T0 });
}

async function readEverything(dataDir: string): Promise<void> {
  const reader = await openSqliteReader({ dataDir });
  const page = { limit: 9, scanRows: 99, textBytes: 99 };
  await reader.getTasks(["task-1"]);
  await reader.listRuns("task-1");
  await reader.listLogs("task-1", { after: { run: 1, line: 2 }, limit: 9 });
  await reader.listDependents("task-1", { afterNum: 1, limit: 9, textBytes: 9 });
  await reader.getWorkflow("w");
  await reader.listWorkflowTasks(1, { afterNum: 0, limit: 9 });
  await reader.listWorkflowRuns(1, { after: { taskNum: 1, run: 0 }, limit: 9 });
  for (const prefix of [null, "w"]) {
    const workflows = { status: null, name: prefix, prefix };
    await reader.listWorkflows(workflows, { limit: 9, beforeNum: null, scanRows: 99 });
  }
  for (const filter of FILTERS) {
    const { status: _, ...rest } = query(filter);
    const bounds = { ...page, beforeNum: null, runs: 9, runBytes: 99 };
    await reader.listDeadLetters({ ...rest, reason: null }, bounds);
    for (const dead of [true, false]) {
      const walked = { ...query(filter), ids: null, reason: null, dead };
      const step = { order: "oldest first", from: 0, upToSeq: 9, limit: 9, scanRows: 99 } as const;
      await reader.walkTasks(walked, step);
      await reader.walkTasks({ ...walked, ids: ["task-1"] }, { ...step, order: "newest first" });
    }
    await reader.listTasks(query(filter), { ...page, beforeNum: null });
    await reader.listChanges(query(filter), { ...page, afterSeq: 0 });
  }
  await reader.lastSeq();
  await reader.countDeadLetters();
  await reader.look(async (view) => {
    const task = present(await view.findTask("task-3"));
    await view.loadTasks([1]);
    await view.dependenciesIn(2, { statuses: ["completed"], limit: 9 });
    await view.findQueue("default");
    const scopes = [{ queue: "q" }, { queue: "q", concurrencyKey: "k" }, { pool: "async" }];
    for (const scope of scopes) {
      await view.listRunning(scope, 9);
      await view.countRunning(scope, 9);
    }
    await view.countAhead(task, 9);
    await view.countOtherKeys(task, 9);
  });
  await reader.readTraffic({ from: T0, until: T0 + 60_000, stepMs: 5_000 });
  await reader.firstInLine({ limit: 9, keys: 9 });
  await reader.listNodeRuns({ nodes: ["n-1"], limit: 9 });
  await reader.listSchedules();
  await reader.getSchedule("s");
  await reader.listTicks("s", 9);
  await reader.close();
}

Deno.test("sqlite queries walk over nothing that grows with history", async () => {
  const dataDir = await Deno.makeTempDir({ prefix: "dtask-plan-" });
  try {
    const statements = await prepared(() => useEveryVerb(dataDir));
    assert.ok(statements.size > 50, `${statements.size} statements`);
    assert.deepEqual([...statements].filter((sql) => /LIMIT \?/.test(sql)), []);
    const database = new DatabaseSync(databaseFile(dataDir));
    const walks = [...statements].filter((sql) => !sql.startsWith("PRAGMA")).flatMap((sql) =>
      scans(database, sql).filter((step) => !BOUNDED.some((rule) => rule.test(step)))
        .map((step) => `${step}: ${sql}`)
    );
    database.close();
    assert.deepEqual(walks, []);
  } finally {
    await Deno.remove(dataDir, { recursive: true });
  }
});

Deno.test("sqlite finds what is due without looking at what waits", async () => {
  const dataDir = await Deno.makeTempDir({ prefix: "dtask-plan-" });
  try {
    const store = await openSqliteStore({ dataDir });
    const statements = await prepared(() =>
      store.write(async (tx) => {
        await tx.selectDue(T0, 9);
        await tx.selectExpired(T0, 9);
        await tx.nextWakeAt();
      })
    );
    await store.close();
    const database = new DatabaseSync(databaseFile(dataDir));
    const queries = [...statements].filter((sql) => /tasks_(due|expiry)/.test(sql));
    assert.equal(queries.length, 4);
    // A search by the index gives them in the order of their times: nothing is sorted, nothing read on.
    const steps = queries.flatMap((sql) => database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all())
      .map(({ detail }) => String(detail));
    database.close();
    assert.deepEqual(steps.filter((step) => !step.startsWith("SEARCH")), []);
  } finally {
    await Deno.remove(dataDir, { recursive: true });
  }
});

Deno.test("sqlite goes from key to key without looking at their tasks", async () => {
  const dataDir = await Deno.makeTempDir({ prefix: "dtask-plan-" });
  try {
    const store = await openSqliteStore({ dataDir });
    await insert(store, newTask(1, { concurrencyKey: "a" }), newTask(2, { concurrencyKey: "b" }));
    const statements = await prepared(() =>
      store.write(async (tx) => {
        await selectReady(tx, { max: 9, keyConcurrency: 2, afterKey: null });
        await selectReady(tx, { max: 9, keyConcurrency: 2, afterKey: "a" });
        await tx.readyWork();
      })
    );
    await store.close();
    const database = new DatabaseSync(databaseFile(dataDir));
    const queries = [...statements].filter((sql) =>
      sql.startsWith("SELECT") && /tasks_(ready|running)|ready_(keys|behind)/.test(sql)
    );
    assert.equal(queries.length, 7);
    const steps = queries.flatMap((sql) => database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all())
      .map(({ detail }) => String(detail));
    database.close();
    const onTables = steps.filter((step) => /\b(t|l|tasks|ready_\w+)\b/.test(step));
    assert.ok(onTables.length >= queries.length);
    assert.deepEqual(onTables.filter((step) => !step.startsWith("SEARCH")), []);
    assert.deepEqual(steps.filter((step) => step.includes("TEMP B-TREE")), []);
  } finally {
    await Deno.remove(dataDir, { recursive: true });
  }
});
