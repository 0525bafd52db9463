import assert from "node:assert/strict";
import type { TaskRecord } from "../../../actors/domain/task.ts";
import { SchedulerRig } from "../../support/scheduler_rig.ts";

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
