import assert from "node:assert/strict";
import { SchedulerRig } from "../../support/scheduler_rig.ts";

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

Deno.test("scheduler publishes changed settings of queues, which no task shows", async () => {
  await using rig = await SchedulerRig.open();
  await rig.ask({ kind: "ConfigureQueue", name: "default", patch: { paused: true } });
  await rig.stop();
  const told = rig.told.filter(({ to, message }) => to === "http" && "events" in message);
  assert.equal(told.length, 1);
});
