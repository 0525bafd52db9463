import assert from "node:assert/strict";
import { DEFAULT_RETENTION, retentionRules } from "../../../actors/domain/retention.ts";
import type { Submission, TasksCommitted } from "../../../actors/protocol.ts";
import { cancelWorkflows, retryTasks } from "../../../actors/scheduler/commands.ts";
import { CommitLoop } from "../../../actors/scheduler/commit_loop.ts";
import { removeEnded } from "../../../actors/scheduler/remove_ended.ts";
import { submitTasks } from "../../../actors/scheduler/submit_tasks.ts";
import { submitWorkflows } from "../../../actors/scheduler/submit_workflow.ts";
import type { Store } from "../../../actors/storage/port.ts";
import { inspectDatabase } from "../../../actors/storage/sqlite/database_check.ts";
import { databaseFile, openSqliteStore } from "../../../actors/storage/sqlite/mod.ts";
import { complete, T0 } from "../../conformance/store_fixture.ts";
import { commitContext } from "../../support/commit_context.ts";
import { eventually } from "../../support/eventually.ts";
import { definition, outcome, SchedulerRig, THREW } from "../../support/scheduler_rig.ts";
import { countStoredRows } from "../../support/stored_rows.ts";
import { submission } from "../../support/submission.ts";

const DAY_MS = 86_400_000;
const INIT = { retention: DEFAULT_RETENTION };
const ONCE = { maxAttempts: 1 };

/** Lets time pass over a restart, with which the scheduler takes a first step of retention. */
async function passTime(
  rig: SchedulerRig,
  ms: number,
  init: Parameters<SchedulerRig["start"]>[0] = INIT,
): Promise<void> {
  await rig.stop();
  rig.now += ms;
  await rig.start(init);
}

/** The ids of `ids` that are still stored. */
async function kept(rig: SchedulerRig, ...ids: readonly string[]): Promise<readonly string[]> {
  const found = await Promise.all(ids.map((id) => rig.task(id).then(() => id, () => null)));
  return found.filter((id) => id !== null);
}

/** Runs what is ready to its end, now; tasks of which `fails` says so fail. */
async function finish(rig: SchedulerRig, fails = (_id: string) => false): Promise<void> {
  for (;;) {
    const { runs } = await rig.claim();
    if (runs.length === 0) return;
    await rig.report(
      ...runs.map((run) =>
        outcome(run, fails(run.id) ? { ...THREW, finishedAt: rig.now } : { finishedAt: rig.now })
      ),
    );
  }
}

function workflow(id: string, tasks: readonly Partial<Submission>[]) {
  return {
    kind: "SubmitWorkflow" as const,
    id,
    name: null,
    contentHash: "sha256-0",
    idempotencyKey: null,
    tasks: tasks.map(submission),
  };
}

Deno.test("scheduler removes what ended long enough ago, each status by its own time", async () => {
  await using rig = await SchedulerRig.open(INIT);
  await rig.submit({ id: "before" });
  await finish(rig);
  rig.now += 1;
  await rig.submit({ id: "failed", retry: ONCE });
  await finish(rig, () => true);
  await rig.submit({ id: "cancelled" }, { id: "skipped", deps: ["failed"] });
  await rig.ask({ kind: "CancelTask", id: "cancelled" });
  await rig.submit({ id: "completed" });
  await finish(rig);
  await rig.submit({ id: "live" });
  const all = ["failed", "cancelled", "skipped", "completed", "live"];
  await passTime(rig, 7 * DAY_MS - 1);
  assert.deepEqual(await kept(rig, "before"), []);
  assert.deepEqual(await kept(rig, ...all), all);
  await passTime(rig, 1);
  assert.deepEqual(await kept(rig, "completed"), []);
  assert.deepEqual(await kept(rig, ...all), ["failed", "live"]);
  await passTime(rig, 23 * DAY_MS);
  assert.deepEqual(await kept(rig, "failed"), []);
  assert.deepEqual(await kept(rig, ...all), ["live"]);
});

Deno.test("scheduler's clock fires when something is due for removal", async () => {
  const retention = { ...DEFAULT_RETENTION, completedMs: 5 };
  await using rig = await SchedulerRig.open({ retention });
  await rig.submit({ id: "a" });
  await finish(rig);
  rig.now += 1_000;
  await eventually(async () => (await kept(rig, "a")).length === 0, { what: "it is removed" });
});

Deno.test("scheduler keeps for ever what has no time to be kept", async () => {
  const init = { retention: { ...DEFAULT_RETENTION, completedMs: null } };
  await using rig = await SchedulerRig.open(init);
  await rig.submit({ id: "completed" }, { id: "cancelled" });
  await rig.ask({ kind: "CancelTask", id: "cancelled" });
  await finish(rig);
  await passTime(rig, 1_000 * DAY_MS, init);
  assert.deepEqual(await kept(rig, "cancelled"), []);
  assert.deepEqual(await kept(rig, "completed"), ["completed"]);
});

Deno.test("scheduler keeps what a live task depends on, and removes it when that has ended too", async () => {
  await using rig = await SchedulerRig.open(INIT);
  await rig.submit({ id: "a" }, { id: "other" });
  const [ready] = (await rig.claim({ max: 1 })).runs;
  await rig.report(outcome(ready ?? assert.fail(), { result: '"A"', finishedAt: rig.now }));
  await finish(rig);
  await rig.submit({ id: "b", deps: ["a"], delayMs: 8 * DAY_MS });
  await passTime(rig, 8 * DAY_MS);
  assert.deepEqual(await kept(rig, "other"), []);
  assert.deepEqual(await kept(rig, "a"), ["a"]);
  const { runs: [run] } = await rig.claim();
  assert.deepEqual(run?.deps.map(({ result }) => result), ['"A"']);
  await rig.report(outcome(run ?? assert.fail(), { finishedAt: rig.now }));
  await passTime(rig, 60_000);
  assert.deepEqual(await kept(rig, "a"), []);
  assert.deepEqual(await kept(rig, "b"), ["b"]);
});

Deno.test("scheduler retries a task whose dependencies were removed, by what they had come to", async () => {
  await using rig = await SchedulerRig.open(INIT);
  const isFailing = (id: string) => id !== "good";
  await rig.submit(
    { id: "good" },
    { id: "bad", retry: ONCE },
    { id: "all", deps: ["good"], retry: ONCE },
    { id: "one", deps: ["bad", "good"], triggerRule: "one_success", retry: ONCE },
    { id: "both", deps: ["bad", "good"] },
  );
  await finish(rig, isFailing);
  await passTime(rig, 7 * DAY_MS - 1);
  await rig.submit({ id: "root", retry: ONCE }, { id: "child", deps: ["root"] });
  await finish(rig, isFailing);
  await passTime(rig, 1);
  assert.deepEqual(await kept(rig, "good", "bad", "both", "all", "one"), ["bad", "all", "one"]);
  for (const id of ["all", "one", "root"]) {
    const retried = await rig.ask({ kind: "RetryTask", id, args: null });
    assert.equal(retried.ok && retried.value.status, "pending", id);
  }
  assert.equal((await rig.task("child")).status, "blocked");
  await finish(rig);
  assert.equal((await rig.task("one")).status, "completed");
  assert.equal((await rig.task("child")).status, "completed");
});

Deno.test("scheduler leaves a sound database behind a task that waits again for what is left", async () => {
  await using rig = await SchedulerRig.open(INIT);
  await rig.submit(
    { id: "good" },
    { id: "bad", retry: ONCE },
    { id: "child", deps: ["good", "bad"], triggerRule: "all_done", retry: ONCE },
  );
  await finish(rig, (id) => id !== "good");
  await passTime(rig, 7 * DAY_MS);
  await rig.ask({ kind: "RetryTask", id: "bad", args: null });
  const retried = await rig.ask({ kind: "RetryTask", id: "child", args: null });
  assert.equal(retried.ok && retried.value.status, "blocked");
  assert.deepEqual((await rig.task("child")).counts, {
    total: 2,
    succeeded: 1,
    failed: 0,
    skipped: 0,
  });
  await rig.stop();
  assert.equal(inspectDatabase(databaseFile(rig.dataDir)).live, 2);
  await rig.start(INIT);
  await finish(rig);
  assert.equal((await rig.task("child")).status, "completed");
});

Deno.test("scheduler removes a workflow as one, by its own status and end", async () => {
  await using rig = await SchedulerRig.open(INIT);
  await rig.ask(workflow("w", [
    { id: "good", key: "good" },
    { id: "bad", key: "bad", retry: ONCE },
    { id: "late", key: "late", deps: ["good"] },
  ]));
  const runs = (await rig.claim()).runs.filter(({ id }) => id !== "late");
  await rig.report(
    ...runs.map((run) =>
      outcome(run, run.id === "bad" ? { ...THREW, finishedAt: rig.now } : { finishedAt: rig.now })
    ),
  );
  await passTime(rig, 10 * DAY_MS);
  await finish(rig);
  await rig.submit({ id: "after" });
  await finish(rig);
  await passTime(rig, 29 * DAY_MS);
  assert.deepEqual(await kept(rig, "after"), []);
  assert.deepEqual(await kept(rig, "good", "bad", "late"), ["good", "bad", "late"]);
  await passTime(rig, DAY_MS);
  assert.deepEqual(await kept(rig, "late"), []);
  assert.deepEqual(await kept(rig, "good", "bad"), []);
  await rig.stop();
  const { tasks, workflows, workflow_counts: counts, edges } = countStoredRows(rig.dataDir);
  assert.deepEqual({ tasks, workflows, counts, edges }, {
    tasks: 0,
    workflows: 0,
    counts: 0,
    edges: 0,
  });
});

Deno.test("scheduler keeps a workflow while a task outside depends on one of its tasks", async () => {
  await using rig = await SchedulerRig.open(INIT);
  await rig.ask(workflow("w", [{ id: "wa", key: "a" }, { id: "wb", key: "b" }]));
  await rig.ask(workflow("v", [{ id: "va", key: "a" }]));
  await finish(rig);
  await rig.submit({ id: "outside", deps: ["wa"], delayMs: 8 * DAY_MS });
  await passTime(rig, 7 * DAY_MS);
  assert.deepEqual(await kept(rig, "va"), []);
  assert.deepEqual(await kept(rig, "wa", "wb"), ["wa", "wb"]);
});

Deno.test("scheduler removes more than one step holds, of all kinds", async () => {
  await using rig = await SchedulerRig.open(INIT);
  const many = Array.from({ length: 950 }, (_, index) => ({ id: `t-${index}` }));
  await rig.submit(...many);
  const tasks = Array.from({ length: 600 }, (_, index) => ({ id: `w-${index}`, key: `${index}` }));
  await rig.ask(workflow("w", tasks));
  await rig.ask(workflow("v", [{ id: "v-0", key: "0" }]));
  await finish(rig);
  await passTime(rig, 7 * DAY_MS);
  const rest = () => countStoredRows(rig.dataDir)["tasks"];
  await eventually(() => {
    // The pauses between steps are by the clock, which the test has to move.
    rig.now += 1_000;
    return rest() === 0;
  }, { what: "all are gone" });
});

Deno.test("scheduler refuses a submission that depends on what its own commit removes", async () => {
  const dataDir = await Deno.makeTempDir({ prefix: "dtask-scheduler-" });
  const store = await openSqliteStore({ dataDir, now: () => T0 + 10_000 });
  const loop = commitLoop(store);
  const submit = (...items: readonly Partial<Submission>[]) =>
    loop.submit("submissions", submitTasks, { work: items.map(submission) });
  try {
    await submit({ id: "a" }, { id: "b" });
    await complete(store, [1, 2]);
    const child = submit({ id: "child of a", deps: ["a"] });
    await child;
    const rules = retentionRules({ ...DEFAULT_RETENTION, completedMs: 0 });
    const late = submit({ id: "child of b", deps: ["b"] });
    const step = loop.submit("control", removeEnded, { work: { rules, places: new Map() } });
    const [answer] = await late;
    assert.equal(answer?.ok === false && answer.error.reason, "unknown_dependency");
    assert.equal((await step).heldBack, true);
    const left = await store.write((tx) => tx.findTasks(["a", "b"]));
    assert.deepEqual([...left.keys()], ["a"]);
  } finally {
    await store.close();
    await Deno.remove(dataDir, { recursive: true });
  }
});

Deno.test("scheduler does not remove a workflow that its own commit revives", async () => {
  const dataDir = await Deno.makeTempDir({ prefix: "dtask-scheduler-" });
  const store = await openSqliteStore({ dataDir, now: () => T0 + 10_000 });
  const loop = commitLoop(store);
  try {
    const tasks = [{ id: "wa", key: "a" }].map(submission);
    await loop.submit("submissions", submitWorkflows, { work: { ...workflow("w", []), tasks } });
    await loop.submit("control", cancelWorkflows, { work: { kind: "CancelWorkflow", id: "w" } });
    const rules = retentionRules({ ...DEFAULT_RETENTION, cancelledMs: 0 });
    const retried = loop.submit("control", retryTasks, {
      work: { kind: "RetryTask", id: "wa", args: null },
    });
    const step = loop.submit("control", removeEnded, { work: { rules, places: new Map() } });
    assert.equal((await retried).ok, true);
    assert.equal((await step).heldBack, true);
    const left = await store.write((tx) => tx.findWorkflows(["w"]));
    assert.deepEqual(left.get("w")?.counts, { pending: 1 });
  } finally {
    await store.close();
    await Deno.remove(dataDir, { recursive: true });
  }
});

/** Commits over `store`, without the rest of a scheduler, so that a test says what shares one. */
function commitLoop(store: Store): CommitLoop {
  const context = commitContext([definition("noop", "async")]);
  return new CommitLoop({
    store,
    context: () => context,
    onCommitted: () => {},
    onFailed: (error) => {
      throw error;
    },
  });
}

Deno.test("scheduler publishes how much retention has removed, and the stamp that it left", async () => {
  await using rig = await SchedulerRig.open(INIT);
  await rig.submit({ id: "a" }, { id: "b" });
  await rig.ask(workflow("w", [{ id: "wa", key: "a" }]));
  await finish(rig);
  await passTime(rig, 7 * DAY_MS);
  assert.deepEqual(await kept(rig, "a"), []);
  await rig.stop();
  const events = rig.told.flatMap(({ to, message }) =>
    to === "http" && "events" in message ? message.events as readonly TasksCommitted[] : []
  ).filter(({ kind }) => kind === "TasksCommitted");
  const retired = events.filter((event) => event.retired !== undefined);
  assert.deepEqual(retired.map((event) => event.retired), [{ tasks: 3, workflows: 1 }]);
  const stamps = events.map(({ lastSeq }) => lastSeq);
  assert.equal(retired[0]?.lastSeq, Math.max(...stamps));
});
