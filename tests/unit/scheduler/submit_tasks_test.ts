import assert from "node:assert/strict";
import type { Submission } from "../../../actors/protocol.ts";
import { outcome, SchedulerRig } from "../../support/scheduler_rig.ts";
import { submission } from "../../support/submission.ts";

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

Deno.test("scheduler refuses submissions and claims nothing while it drains", async () => {
  await using rig = await SchedulerRig.open();
  await rig.submit({});
  await rig.ask({ kind: "Drain" });
  const [refused] = await rig.ask({ kind: "SubmitTasks", items: [submission({})] });
  assert.equal(refused?.ok === false && refused.error.reason, "draining");
  assert.equal((await rig.claim()).runs.length, 0);
});
