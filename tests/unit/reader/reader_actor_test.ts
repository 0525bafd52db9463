/** The reader over a real store; which tasks a filter leaves is the business of the conformance suite. */
import assert from "node:assert/strict";
import type { Result } from "../../../actors/domain/error.ts";
import { LIMITS, type WorkflowRun } from "../../../actors/domain/task.ts";
import type { Page, ReaderMessage, ReaderReplies, TaskFilter } from "../../../actors/protocol.ts";
import type { ListPage } from "../../../api/operations/tasks.ts";
import type { TaskView, WorkflowDetailsView } from "../../../api/schema.ts";
import { Reader } from "../../../actors/reader/reader_actor.ts";
import { openSqliteReader, openSqliteStore } from "../../../actors/storage/sqlite/mod.ts";
import type { Store } from "../../../actors/storage/port.ts";
import {
  blockedTask,
  complete,
  insert,
  newTask,
  newWorkflow,
  NOT_READY,
  T0,
} from "../../conformance/store_fixture.ts";
import { scheduleRecord } from "../../support/schedules.ts";

type Kind = ReaderMessage["kind"];
type MessageOf<K extends Kind> = Extract<ReaderMessage, { readonly kind: K }>;

/** A reader with the writer of the data that it reads. */
class ReaderRig implements AsyncDisposable {
  readonly store: Store;
  readonly #reader: Reader;
  readonly #folder: string;

  private constructor(store: Store, reader: Reader, folder: string) {
    this.store = store;
    this.#reader = reader;
    this.#folder = folder;
  }

  static async open(): Promise<ReaderRig> {
    const folder = await Deno.makeTempDir({ prefix: "dtask-reader-" });
    const store = await openSqliteStore({ dataDir: `${folder}/data` });
    const connection = await openSqliteReader({ dataDir: `${folder}/data` });
    const reader = new Reader(connection, { now: () => T0 });
    return new ReaderRig(store, reader, folder);
  }

  /** Sends a message as its neighbours do, and types the reply as the protocol promises it. */
  async ask<K extends Kind>(message: MessageOf<K>): Promise<ReaderReplies[K]> {
    return await this.#reader.receive(message) as ReaderReplies[K];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#reader.stop();
    await this.store.close();
    await Deno.remove(this.#folder, { recursive: true });
  }
}

function filter(more: Partial<TaskFilter> = {}): TaskFilter {
  return {
    ...{ status: null, queue: null, method: null, workflowId: null, label: null },
    ...{ since: null, until: null, q: null, ...more },
  };
}

const ANY_WORKFLOW = { status: null, name: null, q: null };

function valueOf<T>(result: Result<T>): T {
  assert.ok(result.ok, JSON.stringify(result));
  return result.value;
}

Deno.test("reader pages through a listing by cursors, newest first", async () => {
  await using rig = await ReaderRig.open();
  await insert(rig.store, ...[1, 2, 3, 4, 5].map((num) => newTask(num)));
  const pages: string[][] = [];
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof list>> = await list(rig, cursor);
    pages.push(page.items.map(({ id }) => id));
    cursor = page.nextCursor;
  } while (cursor !== null && pages.length < 9);
  assert.deepEqual(pages, [["task-5", "task-4"], ["task-3", "task-2"], ["task-1"]]);
});

async function list(
  rig: ReaderRig,
  cursor: string | null,
  more: Partial<TaskFilter> = {},
): Promise<ListPage<TaskView>> {
  const message = { kind: "ListTasks", filter: filter(more), limit: 2, cursor } as const;
  return JSON.parse(valueOf(await rig.ask(message)));
}

Deno.test("reader takes q as the beginning of an id, and filters together", async () => {
  await using rig = await ReaderRig.open();
  await insert(
    rig.store,
    newTask(1, { id: "a%1" }),
    newTask(2, { id: "a%2", queue: "mail" }),
    newTask(3, { id: "ab3", queue: "mail" }),
  );
  const ids = async (more: Partial<TaskFilter>) =>
    (await list(rig, null, more)).items.map(({ id }) => id);
  assert.deepEqual(await ids({ q: "a%" }), ["a%2", "a%1"]);
  assert.deepEqual(await ids({ q: "a%", queue: "mail" }), ["a%2"]);
  const changes = await rig.ask({
    ...{ kind: "GetChanges", afterSeq: 0, limit: 10 },
    filter: filter({ queue: "mail" }),
  });
  assert.deepEqual(changes.tasks.map(({ id }) => id), ["a%2", "ab3"]);
});

Deno.test("reader pages through dead letters by cursors, and counts them", async () => {
  await using rig = await ReaderRig.open();
  const dead = { ...NOT_READY, status: "failed", reason: "timeout" } as const;
  await insert(rig.store, ...[1, 2, 3].map((num) => newTask(num, dead)), newTask(4));
  const { status: _, ...open } = filter({ q: "task-" });
  const page = async (cursor: string | null) => {
    const message = { filter: { ...open, reason: "timeout" }, limit: 2, cursor } as const;
    return valueOf(await rig.ask({ kind: "ListDeadLetters", ...message }));
  };
  const first = await page(null);
  const second = await page(first.nextCursor);
  const ids = [first, second].map(({ items }) => items.map(({ task }) => task.id));
  assert.deepEqual(ids, [["task-3", "task-2"], ["task-1"]]);
  assert.equal(second.nextCursor, null);
  assert.deepEqual(await rig.ask({ kind: "CountDeadLetters" }), [
    { queue: "default", reason: "timeout", count: 3 },
  ]);
});

Deno.test("reader refuses a cursor of nobody in every listing", async () => {
  await using rig = await ReaderRig.open();
  const page = { limit: 2, cursor: "' OR 1=1 --" };
  const tasks = await rig.ask({ kind: "ListTasks", filter: filter(), ...page });
  const workflows = await rig.ask({ kind: "ListWorkflows", filter: ANY_WORKFLOW, ...page });
  const tasksOfOne = await rig.ask({ kind: "GetWorkflow", id: "w", ...page });
  const runs = await rig.ask({ kind: "ListWorkflowRuns", id: "w", ...page, cursor: btoa("n:1") });
  const { status: _, ...open } = filter();
  const dead = await rig.ask({
    ...{ kind: "ListDeadLetters", filter: { ...open, reason: null } },
    ...page,
  });
  for (const result of [tasks, workflows, tasksOfOne, runs, dead]) {
    assert.ok(!result.ok);
    assert.equal(result.error.reason, "invalid_cursor");
  }
});

Deno.test("reader leaves long texts out of listings and changes, but not out of a task", async () => {
  await using rig = await ReaderRig.open();
  const args = JSON.stringify(["x".repeat(LIMITS.listTextBytes)]);
  await insert(rig.store, newTask(1, { args }));
  await complete(rig.store, [1], args);
  const listed = (await list(rig, null)).items[0];
  const { tasks: [changed] } = await rig.ask({
    ...{ kind: "GetChanges", afterSeq: 0, limit: 10 },
    filter: filter(),
  });
  for (const task of [listed, changed]) {
    assert.deepEqual([task?.argsOmitted, task?.resultOmitted], [true, true]);
  }
  const [whole, absent] = await rig.ask({ kind: "GetTasks", ids: ["task-1", "absent"] });
  assert.deepEqual([whole?.args, whole?.result, absent], [args, args, null]);
});

Deno.test("reader pages through the dependents of a task, oldest first", async () => {
  await using rig = await ReaderRig.open();
  const parent = newTask(1);
  await insert(rig.store, parent);
  await insert(rig.store, ...[2, 3, 4].map((num) => blockedTask(num, [parent])));
  const page = async (cursor: string | null) => {
    const message = { kind: "ListDependents", id: "task-1", limit: 2, cursor } as const;
    const { items, nextCursor } = valueOf(await rig.ask(message));
    return { ids: items.map(({ id }) => id), nextCursor };
  };
  const first = await page(null);
  assert.deepEqual(first.ids, ["task-2", "task-3"]);
  assert.deepEqual(await page(first.nextCursor), { ids: ["task-4"], nextCursor: null });
  const bad = { kind: "ListDependents", id: "task-1", limit: 2, cursor: "?" } as const;
  assert.equal((await rig.ask(bad)).ok, false);
});

Deno.test("reader names what does not exist", async () => {
  await using rig = await ReaderRig.open();
  await insert(rig.store, newTask(1));
  assert.deepEqual(valueOf(await rig.ask({ kind: "GetAttempts", id: "task-1" })), []);
  const logs = { kind: "GetLogs", after: null, limit: 10 } as const;
  assert.deepEqual(valueOf(await rig.ask({ ...logs, id: "task-1" })).lines, []);
  const refusals = [
    await rig.ask({ kind: "GetAttempts", id: "x" }),
    await rig.ask({ ...logs, id: "x" }),
    await rig.ask({ kind: "ListDependents", id: "x", limit: 1, cursor: null }),
    await rig.ask({ kind: "GetWorkflow", id: "x", limit: 0, cursor: null }),
    await rig.ask({ kind: "ListWorkflowRuns", id: "x", limit: 1, cursor: null }),
  ].map((result) => result.ok ? null : [result.error.reason, result.error.subject]);
  assert.deepEqual(refusals, [
    ["unknown_task", "x"],
    ["unknown_task", "x"],
    ["unknown_task", "x"],
    ["unknown_workflow", "x"],
    ["unknown_workflow", "x"],
  ]);
});

Deno.test("reader gives a workflow with its tasks, and workflows by cursors", async () => {
  await using rig = await ReaderRig.open();
  await rig.store.write(async (tx) => {
    const workflow = { name: null, status: "running", contentHash: "h", createdAt: 1 } as const;
    await tx.insertWorkflows([10, 11, 12].map((num) => (
      { ...workflow, id: `w${num}`, num, finishedAt: null }
    )));
    await tx.insertTasks(
      [20, 21].map((num) => newTask(num, { workflowId: "w10", workflowNum: 10 })),
    );
  });
  const read = async (limit: number, cursor: string | null = null): Promise<WorkflowDetailsView> =>
    JSON.parse(valueOf(await rig.ask({ kind: "GetWorkflow", id: "w10", limit, cursor })));
  const { tasks, nextCursor, ...workflow } = await read(2);
  assert.deepEqual([workflow.id, workflow.counts.pending], ["w10", 2]);
  assert.deepEqual([tasks[0]?.args, tasks[0]?.argsOmitted], [null, true]);
  assert.deepEqual([tasks.map(({ id }) => id), nextCursor], [["task-20", "task-21"], null]);
  const part = await read(1);
  const rest = await read(1, part.nextCursor);
  assert.deepEqual([part, rest].map(({ tasks }) => tasks[0]?.id), ["task-20", "task-21"]);
  const none = await read(0);
  assert.deepEqual([rest.nextCursor, none.tasks, none.nextCursor], [null, [], null]);
  const page = async (cursor: string | null) =>
    valueOf(await rig.ask({ kind: "ListWorkflows", filter: ANY_WORKFLOW, limit: 2, cursor }));
  const first = await page(null);
  const second = await page(first.nextCursor);
  assert.deepEqual(first.items.map(({ id }) => id), ["w12", "w11"]);
  assert.deepEqual([second.items.map(({ id }) => id), second.nextCursor], [["w10"], null]);
});

Deno.test("reader pages through the runs of a workflow, several of one task among them", async () => {
  await using rig = await ReaderRig.open();
  await rig.store.write(async (tx) => {
    await tx.insertWorkflows([newWorkflow(1)]);
    const inFirst = { workflowId: "workflow-1", workflowNum: 1 };
    await tx.insertTasks([newTask(1, inFirst), newTask(2, inFirst), newTask(3)]);
    const start = { attempt: 1, node: "n-1", executor: "e", startedAt: T0 };
    await tx.insertRuns([[1, 1], [1, 2], [2, 1], [3, 1]].map(([num = 0, run = 0]) => (
      { ...start, num, run }
    )));
  });
  const pages: unknown[] = [];
  let cursor: string | null = null;
  do {
    const message = { kind: "ListWorkflowRuns", id: "workflow-1", limit: 1, cursor } as const;
    const page: Page<WorkflowRun> = valueOf(await rig.ask(message));
    pages.push(page.items);
    cursor = page.nextCursor;
  } while (cursor !== null && pages.length < 9);
  const run = { attempt: 1, node: "n-1", startedAt: T0, finishedAt: null, outcome: null };
  assert.deepEqual(pages, [
    [{ taskId: "task-1", run: 1, ...run }],
    [{ taskId: "task-1", run: 2, ...run }],
    [{ taskId: "task-2", run: 1, ...run }],
  ]);
});

Deno.test("reader shows schedules with their next five fire times, and their ticks", async () => {
  await using rig = await ReaderRig.open();
  const [a, b] = [scheduleRecord({ name: "a" }), scheduleRecord({ name: "b", paused: true })];
  const tick = { schedule: "a", nominalAt: T0, outcome: "skipped", decidedAt: T0 } as const;
  await rig.store.write(async (tx) => {
    await tx.saveSchedule(b);
    await tx.saveSchedule(a);
    await tx.insertTicks([{ ...tick, started: null, error: null }]);
  });
  const nextFireTimes = [1, 2, 3, 4, 5].map((minute) => T0 + minute * 60_000);
  assert.deepEqual(await rig.ask({ kind: "ListSchedules" }), [
    { schedule: a, nextFireTimes },
    { schedule: b, nextFireTimes },
  ]);
  const found = valueOf(await rig.ask({ kind: "GetSchedule", name: "b" }));
  assert.deepEqual(found, { schedule: b, nextFireTimes });
  const ticks = valueOf(await rig.ask({ kind: "ListTicks", name: "a", limit: 9 }));
  assert.deepEqual(ticks, [{ ...tick, started: null, error: null }]);
});

Deno.test("reader refuses an unknown schedule", async () => {
  await using rig = await ReaderRig.open();
  const answers = [
    await rig.ask({ kind: "GetSchedule", name: "nobody" }),
    await rig.ask({ kind: "ListTicks", name: "nobody", limit: 9 }),
  ];
  for (const answer of answers) {
    assert.deepEqual(!answer.ok && [answer.error.code, answer.error.reason], [
      "not_found",
      "unknown_schedule",
    ]);
  }
});
