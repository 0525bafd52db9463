import assert from "node:assert/strict";
import type { TaskRecord } from "../../../actors/domain/task.ts";
import type { Submission } from "../../../actors/protocol.ts";
import { definition, outcome, SchedulerRig } from "../../support/scheduler_rig.ts";
import { submission } from "../../support/submission.ts";

const THREW = {
  outcome: "threw",
  error: { name: "Error", message: "boom", stack: null },
} as const;
const ONCE = { maxAttempts: 1 };

Deno.test("scheduler runs a task from submission to completion", async () => {
  await using rig = await SchedulerRig.open();
  const [task] = await rig.submit({ id: "a", args: "[1]" });
  assert.equal(task?.status, "pending");
  const { runs, drained } = await rig.claim();
  assert.deepEqual(runs.map(({ id, args, run, attempt }) => ({ id, args, run, attempt })), [
    { id: "a", args: "[1]", run: 1, attempt: 1 },
  ]);
  assert.equal(drained, true);
  await rig.report(...runs.map((run) => outcome(run, { result: "3" })));
  const { status, result, crashes } = await rig.task("a");
  assert.deepEqual({ status, result, crashes }, { status: "completed", result: "3", crashes: 0 });
});

Deno.test("scheduler answers a repeated submission with the same task and refuses other content", async () => {
  await using rig = await SchedulerRig.open();
  const items = [
    submission({ id: "a", args: "[1]" }),
    submission({ id: "a", args: "[1]" }),
    submission({ id: "a", contentHash: "sha256-1" }),
  ];
  const answers = await rig.ask({ kind: "SubmitTasks", items });
  assert.deepEqual(answers.map((answer) => answer.ok && answer.value.created), [
    true,
    false,
    false,
  ]);
  assert.equal(answers[2]?.ok === false && answers[2].error.code, "already_exists");
  const [again] = await rig.ask({ kind: "SubmitTasks", items: items.slice(0, 1) });
  assert.equal(again?.ok && again.value.created, false);
  assert.equal(again?.ok && again.value.task.args, "[1]");
});

Deno.test("scheduler remembers idempotency keys for a day", async () => {
  await using rig = await SchedulerRig.open();
  const keyed = (more: Partial<Submission>) => ({ idempotencyKey: "me k", ...more });
  const [first] = await rig.submit(keyed({}));
  const [second] = await rig.submit(keyed({}));
  assert.equal(second?.id, first?.id);
  const items = [submission(keyed({ contentHash: "sha256-1" }))];
  const [other] = await rig.ask({ kind: "SubmitTasks", items });
  assert.equal(other?.ok === false && other.error.reason, "idempotency_key_reused");
  rig.now += 86_400_001;
  const [later] = await rig.submit(keyed({}));
  assert.notEqual(later?.id, first?.id);
});

Deno.test("scheduler refuses bad items of a batch alone", async () => {
  await using rig = await SchedulerRig.open();
  const items = [
    submission({ id: "a" }),
    submission({ id: "b", method: "nope" }),
    submission({ id: "c", deps: ["missing"] }),
    submission({ id: "d", deps: ["d"] }),
    submission({ id: "e", deps: ["a"] }),
  ];
  const answers = await rig.ask({ kind: "SubmitTasks", items });
  assert.deepEqual(
    answers.map((answer) => answer.ok ? answer.value.task.status : answer.error.reason),
    ["pending", "unknown_method", "unknown_dependency", "self_dependency", "blocked"],
  );
});

Deno.test("scheduler starts a task after its dependencies and hands it their results", async () => {
  await using rig = await SchedulerRig.open();
  await rig.submit({ id: "a" }, { id: "b" }, { id: "c", deps: ["a", "b"] });
  const first = await rig.claim();
  assert.deepEqual(first.runs.map(({ id }) => id), ["a", "b"]);
  await rig.report(...first.runs.map((run) => outcome(run, { result: `"${run.id}"` })));
  const second = await rig.claim();
  assert.deepEqual(second.runs[0]?.deps, [
    { id: "a", key: null, status: "completed", result: '"a"' },
    { id: "b", key: null, status: "completed", result: '"b"' },
  ]);
  const { wave } = await rig.task("c");
  assert.equal(wave, 1);
});

Deno.test("scheduler skips what can't run any more, wave after wave", async () => {
  await using rig = await SchedulerRig.open();
  await rig.submit(
    { id: "a", retry: ONCE },
    { id: "b", deps: ["a"] },
    { id: "c", deps: ["b"] },
    { id: "tidy", deps: ["c"], triggerRule: "all_done" },
  );
  const { runs } = await rig.claim();
  await rig.report(...runs.map((run) => outcome(run, THREW)));
  const tasks = await Promise.all(["a", "b", "c", "tidy"].map((id) => rig.task(id)));
  assert.deepEqual(tasks.map(({ status, reason }) => [status, reason]), [
    ["failed", "attempts_exhausted"],
    ["skipped", "upstream_failed"],
    ["skipped", "upstream_failed"],
    ["pending", null],
  ]);
});

Deno.test("scheduler retries with backoff until the attempts are used up", async () => {
  await using rig = await SchedulerRig.open();
  await rig.submit({ id: "a", retry: { maxAttempts: 2, initialMs: 1_000, jitter: "none" } });
  const [first] = (await rig.claim()).runs;
  assert(first);
  await rig.report(outcome(first, THREW));
  const waiting = await rig.task("a");
  assert.equal(waiting.status, "scheduled");
  assert.equal(waiting.dueAt, rig.now + 1_000);
});

Deno.test("scheduler ignores the report of a run that is not current", async () => {
  await using rig = await SchedulerRig.open();
  await rig.submit({ id: "a" });
  const [first] = (await rig.claim()).runs;
  assert(first);
  await rig.report(outcome(first, { outcome: "given_back", giveBack: "drain" }));
  const [second] = (await rig.claim()).runs;
  assert.equal(second?.run, 2);
  await rig.report(outcome(first, { result: "1" }));
  assert.equal((await rig.task("a")).status, "running");
  await rig.report(outcome({ num: first.num, run: 2 }, { result: "2" }));
  await rig.report(outcome({ num: first.num, run: 2 }, { result: "3" }));
  const { status, result, attempt } = await rig.task("a");
  assert.deepEqual({ status, result, attempt }, { status: "completed", result: "2", attempt: 1 });
});

Deno.test("scheduler puts back at a restart what a dead process was running", async () => {
  await using rig = await SchedulerRig.open();
  await rig.submit({ id: "a" }, { id: "b" });
  await rig.claim();
  await rig.stop();
  await rig.start({ node: "n-2" });
  const { status, reason, crashes, attempt } = await rig.task("a");
  assert.deepEqual({ status, reason, crashes, attempt }, {
    status: "pending",
    reason: "crash",
    crashes: 1,
    attempt: 0,
  });
  assert.deepEqual(await rig.runAll(), ["a", "b"]);
});

Deno.test("scheduler finds a task that takes the process down and makes it poison", async () => {
  await using rig = await SchedulerRig.open();
  await rig.submit({ id: "bomb" }, { id: "after", deps: ["bomb"] });
  for (const pool of ["async", "async", "alone"]) {
    assert.equal((await rig.claim({ pool })).runs.length, 1);
    await rig.stop();
    await rig.start({ node: crypto.randomUUID() });
  }
  const { status, reason, run } = await rig.task("bomb");
  assert.deepEqual({ status, reason, run }, { status: "failed", reason: "poison", run: 3 });
  assert.equal((await rig.task("after")).status, "skipped");
});

Deno.test("scheduler adopts the runs of an executor that outlived it", async () => {
  await using rig = await SchedulerRig.open();
  await rig.submit({ id: "kept" }, { id: "lost" });
  const { runs } = await rig.claim();
  const [kept] = runs;
  assert(kept);
  await rig.stop();
  await rig.start({ aliveExecutors: ["i-1"] });
  assert.equal((await rig.task("kept")).status, "running");
  const executor = {
    executor: "executor-1",
    incarnation: "i-1",
    pool: "async",
    slots: 10,
    held: [{ num: kept.num, run: kept.run }, { num: kept.num, run: 99 }],
  };
  const { stale } = await rig.ask({ kind: "AnnounceExecutor", executor });
  assert.deepEqual(stale, [{ num: kept.num, run: 99 }]);
  const lost = await rig.task("lost");
  assert.deepEqual([lost.status, lost.crashes], ["pending", 0]);
  await rig.report(outcome(kept));
  assert.equal((await rig.task("kept")).status, "completed");
  const joined = rig.toldDispatcher("ExecutorJoined").at(-1);
  assert.deepEqual(joined?.executor.held, [{ num: kept.num, run: kept.run }]);
});

Deno.test("scheduler crashes the runs of a lost executor but for the dispatcher's verdicts", async () => {
  await using rig = await SchedulerRig.open();
  await rig.submit({ id: "culprit", retry: ONCE }, { id: "neighbour" }, { id: "unjudged" });
  const { runs } = await rig.claim();
  const [culprit, neighbour] = runs;
  assert(culprit && neighbour);
  await rig.ask({
    kind: "ExecutorLost",
    executor: "executor-1",
    incarnation: "i-1",
    verdicts: [
      outcome(culprit, { outcome: "timeout" }),
      outcome(neighbour, { outcome: "given_back", giveBack: "neighbour", alone: true }),
    ],
  });
  const tasks = await Promise.all(["culprit", "neighbour", "unjudged"].map((id) => rig.task(id)));
  assert.deepEqual(
    tasks.map(({ status, reason, crashes, readyPool }) => [status, reason, crashes, readyPool]),
    [
      ["failed", "timeout", 0, null],
      ["pending", "neighbour", 0, "alone"],
      ["pending", "crash", 1, "async"],
    ],
  );
});

Deno.test("scheduler cancels what waits at once and asks running code to stop", async () => {
  await using rig = await SchedulerRig.open();
  await rig.submit({ id: "running" });
  const [run] = (await rig.claim()).runs;
  assert(run);
  await rig.submit({ id: "waiting" }, { id: "after", deps: ["waiting"] });
  const waiting = await rig.ask({ kind: "CancelTask", id: "waiting" });
  assert.equal(waiting.ok && waiting.value.status, "cancelled");
  assert.equal((await rig.task("after")).reason, "upstream_failed");
  const running = await rig.ask({ kind: "CancelTask", id: "running" });
  assert.equal(running.ok && running.value.status, "running");
  assert.equal(running.ok && running.value.cancelRequestedAt, rig.now);
  assert.deepEqual(rig.toldDispatcher("CancelRequested")[0]?.runs, [{ num: run.num, run: 1 }]);
  await rig.report(outcome(run, { outcome: "cancelled" }));
  assert.equal((await rig.task("running")).status, "cancelled");
  const ended = await rig.ask({ kind: "CancelTask", id: "running" });
  assert.equal(ended.ok, true);
});

Deno.test("scheduler revives at a retry what the failure had skipped, and only that", async () => {
  await using rig = await SchedulerRig.open();
  await rig.submit(
    { id: "a", retry: ONCE },
    { id: "b", retry: ONCE },
    { id: "of a", deps: ["a"] },
    { id: "of both", deps: ["of a", "b"] },
    { id: "tidy", deps: ["a"], triggerRule: "all_done" },
  );
  const { runs } = await rig.claim();
  await rig.report(...runs.map((run) => outcome(run, THREW)));
  assert.deepEqual(await rig.runAll(), ["tidy"]);
  const retried = await rig.ask({ kind: "RetryTask", id: "a", args: "[7]" });
  assert.equal(retried.ok && retried.value.args, "[7]");
  assert.equal(retried.ok && retried.value.attempt, 0);
  const statuses = async () =>
    (await Promise.all(["a", "of a", "of both", "tidy"].map((id) => rig.task(id))))
      .map(({ status }) => status);
  assert.deepEqual(await statuses(), ["pending", "blocked", "skipped", "completed"]);
  await rig.ask({ kind: "RetryTask", id: "b", args: null });
  assert.deepEqual(await statuses(), ["pending", "blocked", "blocked", "completed"]);
  assert.deepEqual(await rig.runAll(), ["a", "b", "of a", "of both"]);
});

Deno.test("scheduler deletes ended tasks that nothing live depends on", async () => {
  await using rig = await SchedulerRig.open();
  await rig.submit({ id: "a" }, { id: "b", deps: ["a"], delayMs: 10_000 });
  const early = await rig.ask({ kind: "DeleteTask", id: "a" });
  assert.equal(early.ok === false && early.error.code, "failed_precondition");
  await rig.runAll();
  const held = await rig.ask({ kind: "DeleteTask", id: "a" });
  assert.equal(held.ok === false && held.error.code, "failed_precondition");
  await rig.ask({ kind: "CancelTask", id: "b" });
  assert.equal((await rig.ask({ kind: "DeleteTask", id: "a" })).ok, true);
  assert.equal((await rig.ask({ kind: "DeleteTask", id: "a" })).ok, false);
});

Deno.test("scheduler keeps the limits of a queue and hints when an end makes room", async () => {
  await using rig = await SchedulerRig.open();
  await rig.ask({ kind: "ConfigureQueue", name: "default", patch: { concurrency: 2 } });
  await rig.submit({}, {}, {});
  const { runs, drained } = await rig.claim();
  assert.deepEqual([runs.length, drained], [2, true]);
  assert.equal((await rig.claim()).runs.length, 0);
  rig.told.length = 0;
  await rig.report(outcome(runs[0] ?? { num: 0, run: 0 }));
  assert.deepEqual(rig.toldDispatcher("WorkBecameReady").at(-1)?.work, [
    { queue: "default", pool: "async" },
  ]);
  assert.equal((await rig.claim()).runs.length, 1);
});

Deno.test("scheduler starts nothing of a paused queue", async () => {
  await using rig = await SchedulerRig.open();
  await rig.ask({ kind: "ConfigureQueue", name: "default", patch: { paused: true } });
  await rig.submit({});
  assert.equal((await rig.claim()).runs.length, 0);
  await rig.ask({ kind: "ConfigureQueue", name: "default", patch: { paused: false } });
  assert.equal((await rig.claim()).runs.length, 1);
});

Deno.test("scheduler keeps the rate limit of a queue", async () => {
  await using rig = await SchedulerRig.open();
  const rateLimit = { limit: 2, perMs: 1_000 };
  await rig.ask({ kind: "ConfigureQueue", name: "default", patch: { rateLimit } });
  await rig.submit({}, {}, {}, {});
  assert.equal((await rig.claim()).runs.length, 2);
  assert.equal((await rig.claim()).runs.length, 0);
  rig.now += 500;
  assert.equal((await rig.claim()).runs.length, 1);
});

Deno.test("scheduler moves waiting tasks to the pool of a changed definition", async () => {
  await using rig = await SchedulerRig.open();
  await rig.submit({ id: "a" });
  await rig.stop();
  await rig.start({ definitions: [definition("noop", "blocking")] });
  assert.equal((await rig.claim()).runs.length, 0);
  const { runs } = await rig.claim({ pool: "blocking" });
  assert.deepEqual(runs.map(({ id, mode }) => [id, mode]), [["a", "blocking"]]);
});

Deno.test("scheduler stores a workflow whole or not at all", async () => {
  await using rig = await SchedulerRig.open();
  const workflow = (tasks: readonly Partial<Submission>[], id = "w") => ({
    kind: "SubmitWorkflow" as const,
    id,
    name: "n",
    contentHash: "sha256-0",
    idempotencyKey: null,
    tasks: tasks.map(submission),
  });
  const cyclic = await rig.ask(workflow([
    { key: "a", deps: ["b"] },
    { key: "b", deps: ["a"] },
  ]));
  assert.equal(cyclic.ok === false && cyclic.error.reason, "cycle");
  const made = await rig.ask(workflow([
    { id: "wb", key: "b", deps: ["a"] },
    { id: "wa", key: "a" },
  ]));
  assert.equal(made.ok && made.value.created, true);
  assert.deepEqual(made.ok && made.value.workflow.counts, { blocked: 1, pending: 1 });
  const again = await rig.ask(workflow([{ key: "b", deps: ["a"] }, { key: "a" }]));
  assert.equal(again.ok && again.value.created, false);
  assert.deepEqual(await rig.runAll(), ["wa", "wb"]);
  const cancelled = await rig.ask({ kind: "CancelWorkflow", id: "w" });
  assert.equal(cancelled.ok === false && cancelled.error.reason, "already_ended");
});

Deno.test("scheduler cancels and retries a workflow as one", async () => {
  await using rig = await SchedulerRig.open();
  await rig.ask({
    kind: "SubmitWorkflow",
    id: "w",
    name: null,
    contentHash: "sha256-0",
    idempotencyKey: null,
    tasks: [{ id: "a", key: "a" }, { id: "b", key: "b", deps: ["a"] }].map(submission),
  });
  const cancelled = await rig.ask({ kind: "CancelWorkflow", id: "w" });
  assert.equal(cancelled.ok && cancelled.value.status, "cancelled");
  const retried = await rig.ask({ kind: "RetryWorkflow", id: "w" });
  assert.deepEqual(retried.ok && retried.value.counts, { blocked: 1, pending: 1 });
  assert.equal(retried.ok && retried.value.status, "running");
  assert.deepEqual(await rig.runAll(), ["a", "b"]);
});

Deno.test("scheduler publishes one event a commit with the ends in it", async () => {
  await using rig = await SchedulerRig.open();
  await rig.submit({ id: "a" });
  await rig.runAll();
  await rig.stop();
  const events = rig.told.flatMap(({ to, message }) =>
    to === "http" && "events" in message ? message.events as { ended?: readonly string[] }[] : []
  );
  assert.deepEqual(events.flatMap(({ ended }) => ended ?? []), ["a"]);
});

Deno.test("scheduler refuses submissions and claims nothing while it drains", async () => {
  await using rig = await SchedulerRig.open();
  await rig.submit({});
  await rig.ask({ kind: "Drain" });
  const [refused] = await rig.ask({ kind: "SubmitTasks", items: [submission({})] });
  assert.equal(refused?.ok === false && refused.error.reason, "draining");
  assert.equal((await rig.claim()).runs.length, 0);
});

Deno.test("scheduler fails a task that expires before it starts", async () => {
  await using rig = await SchedulerRig.open();
  const [task] = await rig.submit({ id: "a", expiresAt: rig.now + 1, delayMs: 60_000 });
  assert.equal((task as TaskRecord).status, "scheduled");
  await rig.stop();
  rig.now += 1_000;
  await rig.start();
  const { status, reason } = await rig.task("a");
  assert.deepEqual([status, reason], ["failed", "expired"]);
  const retried = await rig.ask({ kind: "RetryTask", id: "a", args: null });
  assert.equal(retried.ok && retried.value.expiresAt, null);
  rig.now += 60_000;
  await rig.stop();
  await rig.start();
  assert.deepEqual(await rig.runAll(), ["a"]);
});
