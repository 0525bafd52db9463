import assert from "node:assert/strict";
import type { Submission } from "../../../actors/protocol.ts";
import { outcome, SchedulerRig, THREW } from "../../support/scheduler_rig.ts";
import { submission } from "../../support/submission.ts";

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
  const unknown = await rig.ask(workflow([{ key: "a" }, { key: "b", method: "absent" }]));
  assert.match(
    unknown.ok ? "" : unknown.error.message,
    /^Cannot submit task "b": method "absent" is not registered/,
  );
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

Deno.test("scheduler gives a workflow the status of the tasks that are left of it", async () => {
  await using rig = await SchedulerRig.open();
  const tasks = [{ id: "a", key: "a", retry: { maxAttempts: 1 } }, { id: "b", key: "b" }];
  const workflow = {
    kind: "SubmitWorkflow",
    id: "w",
    name: null,
    contentHash: "sha256-0",
    idempotencyKey: null,
    tasks: tasks.map(submission),
  } as const;
  await rig.ask(workflow);
  const [failing, other] = (await rig.claim()).runs;
  assert(failing && other);
  await rig.report(outcome(failing, THREW), outcome(other));
  const ended = await rig.ask(workflow);
  assert.equal(ended.ok && ended.value.workflow.status, "failed");
  rig.now += 1_000;
  await rig.ask({ kind: "DeleteTask", id: "a" });
  const left = await rig.ask(workflow);
  assert.equal(left.ok && left.value.workflow.status, "completed");
  const [then, now] = [ended, left].map((one) => one.ok && one.value.workflow.finishedAt);
  assert.equal(now, then);
});

Deno.test("scheduler dates a workflow's end anew when a task of it ends again at once", async () => {
  await using rig = await SchedulerRig.open();
  const tasks = [
    { id: "a", key: "a", retry: { maxAttempts: 1 } },
    { id: "b", key: "b", deps: ["a"] },
  ];
  const workflow = {
    kind: "SubmitWorkflow",
    id: "w",
    name: null,
    contentHash: "sha256-0",
    idempotencyKey: null,
    tasks: tasks.map(submission),
  } as const;
  await rig.ask(workflow);
  await rig.ask({ kind: "CancelTask", id: "b" });
  const [failing] = (await rig.claim()).runs;
  assert(failing);
  await rig.report(outcome(failing, THREW));
  rig.now += 1_000;
  // What it depends on has failed, so that it is skipped in the commit that retries it.
  const retried = await rig.ask({ kind: "RetryTask", id: "b", args: null });
  assert.equal(retried.ok && retried.value.status, "skipped");
  const ended = await rig.ask(workflow);
  assert.equal(ended.ok && ended.value.workflow.finishedAt, rig.now);
});
