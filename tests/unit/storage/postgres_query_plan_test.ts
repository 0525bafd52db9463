import assert from "node:assert/strict";
import { noTraffic } from "../../../actors/domain/traffic.ts";
import type { StoreReader, StoreWriter } from "../../../actors/storage/port.ts";
import { Connection } from "../../../actors/storage/postgres/connection.ts";
import { openPostgresReader, openPostgresStore } from "../../../actors/storage/postgres/mod.ts";
import { newTask, present, query, selectReady } from "../../conformance/store_fixture.ts";
import { ENDED, FIRST_AT, HISTORY, TASKS } from "../../support/postgres_history.ts";
import { accesses, sentStatements, type Statement } from "../../support/postgres_plans.ts";
import { startPostgres } from "../../support/postgres_server.ts";
import { scheduleRecord } from "../../support/schedules.ts";

/** Rows of one table that a statement may look at: the tables have from ten to a hundred times as many. */
const ROWS_MAX = 1_500;

/** What may be walked over from end to end: settings, and what is counted of a few queues. */
const SMALL = new Set([
  ...["queues", "queue_rates", "schedules", "depths", "dead_letter_counts", "tombstone_horizon"],
  ...["nodes", "leadership", "task_nums", "dtask_schema", "commit_marks", "stamp_base"],
]);

const PAGE = { limit: 20, scanRows: 500, textBytes: 99 };
const STEP = { from: 50_000, upToSeq: TASKS, limit: 20, scanRows: 500 };
const LATE = FIRST_AT + TASKS * 1_000;

const FILTERS = [
  {},
  { status: ["failed"] as const, since: FIRST_AT, until: LATE },
  { queue: "queue-1", method: "method-1" },
  { workflowId: "workflow-7" },
  { idPrefix: "task-9999" },
  { idPrefix: "task-" },
  { label: { key: "team", value: "none" } },
];

async function claim(tx: StoreWriter): Promise<void> {
  const keyless = { queue: "queue-1", max: 64 };
  await selectReady(tx, keyless);
  await selectReady(tx, { ...keyless, keyConcurrency: 1, afterKey: "key-5" });
  await tx.readyWork();
  await tx.countRunning("queue-1", 99);
  await tx.selectDue(LATE, 99);
  await tx.selectExpired(LATE, 99);
  await tx.selectRunning({ afterNum: 0, limit: 99, executor: "executor-1" });
  await tx.selectRunning({ afterNum: 0, limit: 99, node: "n-1" });
  await tx.nextWakeAt();
  await tx.lockQueues(["queue-1"], "toClaim");
  await tx.lockQueues(["queue-1"], "toChange");
  await tx.setReadyPools([{ num: TASKS, readyPool: "other" }]);
}

async function lookUp(tx: StoreWriter): Promise<void> {
  await tx.findTasks(["task-1", `task-${TASKS}`]);
  await tx.loadTasks([1, TASKS]);
  await tx.loadTasks([1, TASKS], { texts: true });
  await tx.loadResults([1]);
  await tx.findWorkflows(["workflow-7"]);
  await tx.loadWorkflows([7]);
  await tx.tasksOfWorkflow(7, { afterNum: 0, limit: 9 });
  await tx.dependentsOf([1, TASKS - 1], ["blocked", "completed", "pending"]);
  await tx.dependenciesOf([2, TASKS]);
  await tx.findUnique(["hash-0", "hash-4"], ["pending", "running", "completed", "failed"]);
  await tx.findIdempotencyKeys(["key-7"], 0);
  await tx.findSchedules(["schedule-7"]);
  await tx.decidedTicks("schedule-7", { after: 10, until: 20 });
  await tx.loadQueueRates(["queue-1"]);
  await tx.queueNames();
  const horizon = await tx.deadLetterHorizon();
  for (const filter of FILTERS) {
    const { status: _, ...rest } = query(filter);
    await tx.selectDeadLetters({ ...rest, reason: "timeout" }, { ...PAGE, afterNum: 9, horizon });
  }
}

async function write(tx: StoreWriter): Promise<void> {
  const num = await tx.allocateNums("task", 1);
  await tx.insertTasks([newTask(num, { depNums: [1], workflowNum: 900, uniqueHash: "hash-0" })]);
  const [live, ended] = [...(await tx.loadTasks([TASKS, 7])).values()];
  for (const before of [present(live), present(ended)]) {
    const after = { ...before, discardedAt: before.status === "failed" ? 1 : null };
    await tx.updateTasks([{ before, after, args: "[]", clearExpiry: true }]);
  }
  await tx.finishWorkflows([{ num: 900, status: "failed", finishedAt: 1 }]);
  const start = { num: 5, run: 2, startedAt: 1 };
  await tx.insertRuns([{ ...start, attempt: 1, node: "n", executor: "e" }]);
  await tx.finishRuns([{ ...start, finishedAt: 2, outcome: "completed", error: null }]);
  const line = { run: 1, at: 1, level: "info" as const, message: "m", fields: {} };
  await tx.appendLogs([{ num: 1, lines: [line] }]);
  await tx.setProgress([{ num: ENDED + 1, run: 1, progress: { fraction: 1, note: null } }]);
  await tx.countTraffic(FIRST_AT, noTraffic());
  await tx.foldTraffic({ from: FIRST_AT, until: LATE });
  const entry = { key: "new", contentHash: "h", id: "task-1", expiresAt: LATE };
  await tx.insertIdempotencyKeys([entry]);
  const schedule = scheduleRecord({ name: "schedule-7" });
  await tx.saveSchedule(schedule);
  await tx.advanceSchedule(schedule);
  const decided = { nominalAt: 7_000, decidedAt: 1, started: null, error: null };
  const tick = { ...decided, schedule: schedule.name, outcome: "skipped" as const };
  await tx.insertTicks([tick]);
  await tx.insertTicks([tick], { replace: true });
}

async function retire(tx: StoreWriter): Promise<void> {
  const after = { finishedAt: FIRST_AT + 30_000_000, num: 30_000 };
  const ended = { status: "completed" as const, until: LATE, limit: 99 };
  for (const kind of ["task", "workflow"] as const) {
    await tx.selectEnded({ ...ended, kind, after });
    await tx.selectEnded({ ...ended, kind, after: null });
  }
  await tx.withLiveDependents([1, 3, 5]);
  await tx.liveWorkflows([7, 8]);
  await tx.deleteExpiredKeys(99, 9);
  await tx.nextKeyExpiry();
  await tx.deleteTasks([1, 2, 3]);
  await tx.deleteWorkflows([7]);
  await tx.deleteSchedule("schedule-8");
}

async function look(reader: StoreReader): Promise<void> {
  await reader.getTasks(["task-1", `task-${TASKS}`]);
  for (const filter of FILTERS) {
    const { status: _, ...rest } = query(filter);
    const bounds = { ...PAGE, beforeNum: 90_000, runs: 9, runBytes: 99 };
    await reader.listTasks(query(filter), { ...PAGE, beforeNum: 90_000 });
    await reader.listDeadLetters({ ...rest, reason: null }, bounds);
    await reader.listChanges(query(filter), { ...PAGE, afterSeq: TASKS - 1_000 });
    for (const dead of [true, false]) {
      const walked = { ...query(filter), ids: null, reason: null, dead };
      await reader.walkTasks(walked, { ...STEP, order: "oldest first" });
      await reader.walkTasks({ ...walked, ids: ["task-1"] }, { ...STEP, order: "newest first" });
    }
  }
  await reader.listChanges(query(), { ...PAGE, afterSeq: TASKS + 9_900 });
  await reader.lastSeq();
  await reader.countDeadLetters();
  await reader.listRuns("task-1");
  await reader.listLogs("task-1", { after: { run: 1, line: 2 }, limit: 9 });
  await reader.listDependents("task-1", { afterNum: 1, limit: 9, textBytes: 9 });
  await reader.getWorkflow("workflow-7");
  await reader.listWorkflowTasks(7, { afterNum: 7, limit: 9 });
  await reader.listWorkflowRuns(7, { after: { taskNum: 7, run: 1 }, limit: 9 });
  for (const prefix of [null, "workflow-9"]) {
    const workflows = { status: null, name: prefix, prefix };
    await reader.listWorkflows(workflows, { limit: 9, beforeNum: 900, scanRows: 500 });
  }
  await reader.queueDepths();
  await reader.firstInLine({ limit: 20, keys: 20 });
  await reader.listNodeRuns({ nodes: ["n-1"], limit: 9 });
  await reader.readTraffic({ from: FIRST_AT, until: LATE, stepMs: LATE - FIRST_AT });
  await reader.getSchedule("schedule-7");
  await reader.listTicks("schedule-7", 9);
  for (const id of [`task-${TASKS - 1}`, `task-${TASKS - 2}`]) await explain(reader, id);
}

function explain(reader: StoreReader, id: string): Promise<void> {
  return reader.look(async (view) => {
    const task = present(await view.findTask(id));
    await view.loadTasks([1, TASKS]);
    await view.dependenciesIn(2, { statuses: ["completed"], limit: 9 });
    await view.findQueue("queue-1");
    const inQueue = { queue: "queue-1" };
    const scopes = [inQueue, { ...inQueue, concurrencyKey: "key-1" }, { pool: "async" }];
    for (const scope of scopes) {
      await view.listRunning(scope, 9);
      await view.countRunning(scope, 9);
    }
    await view.countAhead(task, 99);
    await view.countOtherKeys(task, 99);
  });
}

/** Every statement of the verbs; what they write is undone, so that each can be looked at afterwards. */
function everyStatement(url: string): Promise<readonly Statement[]> {
  return sentStatements(async () => {
    const store = await openPostgresStore({ url });
    for (const verbs of [claim, lookUp, write, retire]) {
      const undone = store.write(async (tx) => {
        await verbs(tx);
        throw new Error("undone");
      });
      await assert.rejects(undone, /^Error: undone$/);
    }
    await store.close();
    const reader = openPostgresReader({ url });
    await look(reader);
    await reader.close();
  });
}

Deno.test("postgres statements look at few rows, however many there are", async () => {
  await using server = await startPostgres({ fsync: false });
  const { url } = await server.createDatabase();
  await (await openPostgresStore({ url })).close();
  const connection = await Connection.open({ url, name: "plans" });
  for (const statement of HISTORY) await connection.exec(statement);
  const statements = (await everyStatement(url)).filter(({ sql }) =>
    /^(SELECT|INSERT|UPDATE|DELETE|WITH)\b/.test(sql)
  );
  assert.ok(statements.length > 80, `${statements.length} statements`);
  const walks: string[] = [];
  for (const statement of statements) {
    for (const { table, by, rows } of await accesses(connection, statement)) {
      if (SMALL.has(table) || (rows <= ROWS_MAX && by !== "Seq Scan")) continue;
      walks.push(`${by} of ${rows} rows of ${table}: ${statement.sql}`);
    }
  }
  await connection.close();
  assert.deepEqual(walks, []);
});
