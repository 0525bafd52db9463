import assert from "node:assert/strict";
import { LIMITS } from "../../../actors/domain/task.ts";
import { outcome, SchedulerRig } from "../../support/scheduler_rig.ts";
import { submission } from "../../support/submission.ts";

const FULL = Array.from({ length: LIMITS.queueNames - 1 }, (_, index) => ({ queue: `q-${index}` }));

Deno.test("scheduler refuses one queue too many, and takes tasks of those it knows", async () => {
  await using rig = await SchedulerRig.open();
  const items = [...FULL, { id: "over", queue: "over" }, { queue: "q-1" }, {}].map(submission);
  const answers = await rig.ask({ kind: "SubmitTasks", items });
  const refused = answers.flatMap((answer) => answer.ok ? [] : [answer.error]);
  assert.deepEqual(refused.map(({ code, reason, subject }) => [code, reason, subject]), [
    ["invalid_argument", "too_many_queues", "over"],
  ]);
  assert.match(refused[0]?.message ?? "", /"over".*limit.*use one of those/);
  await rig.stop();
  await rig.start();
  assert.equal(await reasonOf(rig, "over"), "too_many_queues");
  assert.equal(await reasonOf(rig, "q-7"), "ok");
  await rig.ask({ kind: "ConfigureQueue", name: "set up", patch: { concurrency: 1 } });
  for (let hour = 0; hour < 2; hour++) {
    assert.equal(await reasonOf(rig, "set up"), "ok", "a queue with settings is known");
    rig.now += 3_600_000;
  }
  const workflow = await rig.ask({
    kind: "SubmitWorkflow",
    id: "w",
    name: null,
    contentHash: "sha256-0",
    idempotencyKey: null,
    tasks: [{ key: "a" }, { key: "b", deps: ["a"], queue: "over" }].map(submission),
  });
  assert.equal(workflow.ok === false && workflow.error.reason, "too_many_queues");
  assert.equal(workflow.ok === false && workflow.error.errors?.[0]?.pointer, "/tasks/1/queue");
});

Deno.test("scheduler has room again for a queue once all tasks of another are deleted", async () => {
  await using rig = await SchedulerRig.open();
  await rig.submit(...FULL, { id: "last", queue: "q-0" });
  assert.equal(await reasonOf(rig, "over"), "too_many_queues");
  const answers = await rig.ask({ kind: "SubmitTasks", items: [submission({ queue: "q-1" })] });
  const [known] = answers;
  assert.ok(known?.ok);
  const doomed = (await rig.claim({ queue: "q-5" })).runs[0];
  assert.ok(doomed);
  await rig.ask({ kind: "CancelTask", id: doomed.id });
  await rig.report(outcome(doomed, { outcome: "cancelled" }));
  await rig.ask({ kind: "DeleteTask", id: doomed.id });
  assert.equal(await reasonOf(rig, "over"), "too_many_queues", "it was looked for a moment ago");
  rig.now += 60_000;
  assert.equal(await reasonOf(rig, "over"), "ok");
});

async function reasonOf(rig: SchedulerRig, queue: string): Promise<string> {
  const [answer] = await rig.ask({ kind: "SubmitTasks", items: [submission({ queue })] });
  assert.ok(answer);
  return answer.ok ? "ok" : answer.error.reason;
}
