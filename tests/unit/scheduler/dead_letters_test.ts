import assert from "node:assert/strict";
import { openSqliteReader } from "../../../actors/storage/sqlite/mod.ts";
import type { FailureReason, WorkflowStatus } from "../../../actors/domain/task.ts";
import type {
  DeadLetterDecision,
  DeadLetterFilter,
  DeadLetterSelection,
  DeadLetterWalk,
  Submission,
} from "../../../actors/protocol.ts";
import { outcome, SchedulerRig } from "../../support/scheduler_rig.ts";
import { submission } from "../../support/submission.ts";

const ONCE = { maxAttempts: 1 };
const ERROR = { name: "Error", message: "boom", stack: null };
const THREW = { outcome: "threw", error: ERROR } as const;

const ALL: DeadLetterFilter = {
  ...{ queue: null, method: null, workflowId: null, label: null },
  ...{ since: null, until: null, q: null, reason: null },
};

/** Claims what is ready and fails those in `ids`; completes the others, until nothing is ready. */
async function runFailing(rig: SchedulerRig, ...ids: readonly string[]): Promise<void> {
  for (;;) {
    const { runs } = await rig.claim();
    if (runs.length === 0) return;
    await rig.report(...runs.map((run) => outcome(run, ids.includes(run.id) ? THREW : {})));
  }
}

async function redrive(
  rig: SchedulerRig,
  selection: DeadLetterSelection,
  args: string | null = null,
): Promise<DeadLetterDecision> {
  const answer = await rig.ask({ kind: "RedriveDeadLetters", selection, args });
  assert.ok(answer.ok);
  return answer.value;
}

function ids(...ids: readonly string[]): DeadLetterSelection {
  return { by: "ids", ids };
}

function pageOf(
  filter: Partial<DeadLetterFilter> = {},
  { walk = null, limit = 100 }: { readonly walk?: DeadLetterWalk | null; readonly limit?: number } =
    {},
): DeadLetterSelection {
  return { by: "filter", filter: { ...ALL, ...filter }, walk, limit };
}

async function statuses(rig: SchedulerRig, ...ids: readonly string[]): Promise<readonly string[]> {
  return (await Promise.all(ids.map((id) => rig.task(id)))).map(({ status }) => status);
}

async function submitWorkflow(
  rig: SchedulerRig,
  id: string,
  tasks: readonly Partial<Submission>[],
): Promise<void> {
  const answer = await rig.ask({
    ...{ kind: "SubmitWorkflow", id, name: null, contentHash: id, idempotencyKey: null },
    tasks: tasks.map((task) => submission({ ...task, id: `${id}-${task.key}` })),
  });
  assert.ok(answer.ok, JSON.stringify(answer));
}

async function look<T>(
  rig: SchedulerRig,
  work: (reader: Awaited<ReturnType<typeof openSqliteReader>>) => Promise<T>,
): Promise<T> {
  const reader = await openSqliteReader({ dataDir: rig.dataDir });
  try {
    return await work(reader);
  } finally {
    await reader.close();
  }
}

async function workflowStatus(rig: SchedulerRig, id: string): Promise<WorkflowStatus | undefined> {
  return (await look(rig, (reader) => reader.getWorkflow(id)))?.status;
}

function counts(rig: SchedulerRig): Promise<readonly (readonly [FailureReason, number])[]> {
  return look(
    rig,
    async (reader) =>
      (await reader.countDeadLetters()).map(({ reason, count }) => [reason, count] as const),
  );
}

Deno.test("dead letters go round again by ids, from their first attempt but with further runs", async () => {
  await using rig = await SchedulerRig.open();
  await rig.submit({ id: "a", args: "[1]", retry: ONCE }, { id: "b", retry: ONCE }, { id: "ok" });
  await runFailing(rig, "a", "b");
  assert.deepEqual(await counts(rig), [["attempts_exhausted", 2]]);
  const { matched, changed, next } = await redrive(rig, ids("a", "ok", "absent", "a"), "[7]");
  assert.deepEqual([matched, changed, next], [1, 1, null]);
  const { status, attempt, run, args, error } = await rig.task("a");
  assert.deepEqual([status, attempt, run, args, error], ["pending", 0, 1, "[7]", null]);
  assert.deepEqual(await rig.runAll(), ["a"]);
  assert.deepEqual((await rig.task("a")).run, 2);
  const runs = await look(rig, (reader) => reader.listRuns("a"));
  assert.deepEqual(runs?.map(({ run, outcome }) => [run, outcome]), [[1, "threw"], [
    2,
    "completed",
  ]]);
  assert.equal((await redrive(rig, ids("a"))).matched, 0, "it is none any more");
  assert.deepEqual(await counts(rig), [["attempts_exhausted", 1]]);
});

Deno.test("dead letters keep their own input where no other is given", async () => {
  await using rig = await SchedulerRig.open();
  await rig.submit({ id: "a", args: "[1]", retry: ONCE }, { id: "b", args: "[2]", retry: ONCE });
  await runFailing(rig, "a", "b");
  assert.equal((await redrive(rig, pageOf())).changed, 2);
  assert.deepEqual([(await rig.task("a")).args, (await rig.task("b")).args], ["[1]", "[2]"]);
});

Deno.test("redrive revives a chain that was skipped, to its end", async () => {
  await using rig = await SchedulerRig.open();
  await rig.submit(
    { id: "a", retry: ONCE },
    { id: "b", deps: ["a"] },
    { id: "c", deps: ["b"] },
    { id: "d", deps: ["a", "c"] },
  );
  await runFailing(rig, "a");
  assert.deepEqual(await statuses(rig, "b", "c", "d"), ["skipped", "skipped", "skipped"]);
  await redrive(rig, ids("a"));
  assert.deepEqual(await statuses(rig, "a", "b", "c", "d"), [
    ...["pending", "blocked", "blocked", "blocked"],
  ]);
  assert.deepEqual(await rig.runAll(), ["a", "b", "c", "d"]);
});

Deno.test("redrive of a diamond's top opens its workflow, which runs to its end", async () => {
  await using rig = await SchedulerRig.open();
  await submitWorkflow(rig, "w", [
    { key: "top", retry: ONCE },
    { key: "left", deps: ["top"] },
    { key: "right", deps: ["top"] },
    { key: "bottom", deps: ["left", "right"] },
  ]);
  await runFailing(rig, "w-top");
  assert.equal(await workflowStatus(rig, "w"), "failed");
  await redrive(rig, pageOf({ workflowId: "w" }));
  assert.equal(await workflowStatus(rig, "w"), "running");
  const order = await rig.runAll();
  assert.deepEqual([order[0], order[3]], ["w-top", "w-bottom"]);
  assert.equal(await workflowStatus(rig, "w"), "completed");
  assert.deepEqual(await counts(rig), []);
});

Deno.test("redrive of one of two causes leaves skipped what the other one had skipped too", async () => {
  await using rig = await SchedulerRig.open();
  await rig.submit(
    { id: "a", retry: ONCE },
    { id: "b", retry: ONCE },
    { id: "of both", deps: ["a", "b"] },
    { id: "after", deps: ["of both"] },
  );
  await runFailing(rig, "a", "b");
  await redrive(rig, ids("a"));
  assert.deepEqual(await rig.runAll(), ["a"]);
  assert.deepEqual(await statuses(rig, "of both", "after"), ["skipped", "skipped"]);
  await redrive(rig, ids("b"));
  assert.deepEqual(await rig.runAll(), ["b", "of both", "after"]);
});

Deno.test("redrive never runs again what a failure had started", async () => {
  await using rig = await SchedulerRig.open();
  const rules = ["all_failed", "one_failed", "all_done", "always"] as const;
  await rig.submit(
    { id: "a", retry: ONCE },
    ...rules.map((rule) => ({ id: rule, deps: ["a"], triggerRule: rule })),
    { id: "next", deps: ["a"] },
  );
  await runFailing(rig, "a");
  assert.deepEqual(await statuses(rig, ...rules), Array(4).fill("completed"));
  await redrive(rig, ids("a"));
  assert.deepEqual(await rig.runAll(), ["a", "next"]);
  assert.deepEqual(await Promise.all(rules.map(async (id) => (await rig.task(id)).run)), [
    ...[1, 1, 1, 1],
  ]);
});

Deno.test("redrive has a failed task wait for a dependency that goes round with it", async () => {
  await using rig = await SchedulerRig.open();
  await rig.submit(
    { id: "a", retry: ONCE },
    { id: "tidy", deps: ["a"], triggerRule: "all_done", retry: ONCE },
  );
  await runFailing(rig, "a", "tidy");
  await redrive(rig, ids("tidy", "a"));
  assert.deepEqual(await statuses(rig, "a", "tidy"), ["pending", "blocked"]);
  assert.deepEqual(await rig.runAll(), ["a", "tidy"]);
});

Deno.test("redrive lets an expired dead letter start after all", async () => {
  await using rig = await SchedulerRig.open();
  await rig.submit({ id: "a", expiresAt: rig.now - 1 });
  await rig.submit({ id: "b" });
  await rig.stop();
  await rig.start();
  assert.deepEqual(await counts(rig), [["expired", 1]]);
  await redrive(rig, pageOf({ reason: "expired" }));
  assert.deepEqual((await rig.runAll()).toSorted(), ["a", "b"]);
});

Deno.test("redrive by filter goes in pages and meets each dead letter once", async () => {
  await using rig = await SchedulerRig.open();
  const names = ["a", "b", "c", "d", "e"];
  await rig.submit(...names.map((id) => ({ id, retry: ONCE })), { id: "other", queue: "mail" });
  await runFailing(rig, ...names);
  let walk: DeadLetterWalk | null = null;
  const matched: number[] = [];
  for (let pages = 0; pages === 0 || walk !== null && pages < 9; pages++) {
    const page: DeadLetterDecision = await redrive(rig, pageOf({}, { walk, limit: 2 }));
    matched.push(page.matched);
    walk = page.next;
    // Whatever goes round fails at once, ahead of the walk and behind it.
    await rig.submit({ id: `late-${pages}`, retry: ONCE });
    await runFailing(rig, ...names, `late-${pages}`);
  }
  assert.deepEqual(matched, [2, 2, 1]);
  assert.deepEqual(await Promise.all(names.map(async (id) => (await rig.task(id)).run)), [
    ...[2, 2, 2, 2, 2],
  ]);
  assert.equal((await redrive(rig, pageOf())).matched, 8);
});

Deno.test("discard gives dead letters up, and a retry by id still runs them", async () => {
  await using rig = await SchedulerRig.open();
  await rig.submit({ id: "a", retry: ONCE }, { id: "b", retry: ONCE }, { id: "c", deps: ["a"] });
  await runFailing(rig, "a", "b");
  const answer = await rig.ask({ kind: "DiscardDeadLetters", selection: ids("a", "c") });
  assert.deepEqual(answer.ok && answer.value, { matched: 1, changed: 1, next: null });
  const again = await rig.ask({ kind: "DiscardDeadLetters", selection: ids("a") });
  assert.equal(again.ok && again.value.matched, 0);
  const { status, discardedAt, error } = await rig.task("a");
  assert.deepEqual([status, discardedAt, error], ["failed", rig.now, ERROR]);
  assert.deepEqual(await counts(rig), [["attempts_exhausted", 1]]);
  assert.equal((await redrive(rig, pageOf())).matched, 1, "b alone");
  const retried = await rig.ask({ kind: "RetryTask", id: "a", args: null });
  assert.equal(retried.ok && retried.value.discardedAt, null);
  assert.deepEqual((await rig.runAll()).toSorted(), ["a", "b", "c"]);
});

Deno.test("discard by filter leaves what the filter leaves out", async () => {
  await using rig = await SchedulerRig.open();
  await rig.submit(
    { id: "a", retry: ONCE, labels: { team: "web" } },
    { id: "b", retry: ONCE, labels: { team: "app" } },
  );
  await runFailing(rig, "a", "b");
  const selection = pageOf({ label: { key: "team", value: "web" } });
  const answer = await rig.ask({ kind: "DiscardDeadLetters", selection });
  assert.deepEqual(answer.ok && answer.value.changed, 1);
  assert.deepEqual(
    [(await rig.task("a")).discardedAt, (await rig.task("b")).discardedAt],
    [rig.now, null],
  );
});
