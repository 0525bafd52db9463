import assert from "node:assert/strict";
import type { FrontEndProtocol, TasksCommitted } from "../../../actors/protocol.ts";
import { outcome, SchedulerRig } from "../../support/scheduler_rig.ts";

Deno.test("scheduler publishes one event a commit with the ends in it", async () => {
  await using rig = await SchedulerRig.open();
  await rig.submit({ id: "a" });
  await rig.runAll();
  await rig.stop();
  assert.deepEqual(published(rig).flatMap(({ ended }) => ended ?? []), ["a"]);
});

Deno.test("scheduler publishes changed settings of queues, which no task shows", async () => {
  await using rig = await SchedulerRig.open();
  await rig.ask({ kind: "ConfigureQueue", name: "default", patch: { paused: true } });
  await rig.stop();
  assert.equal(published(rig).length, 1);
});

Deno.test("scheduler publishes which logs have grown, by reports of progress and by ends", async () => {
  await using rig = await SchedulerRig.open();
  await rig.submit({ id: "a" }, { id: "b" }, { id: "silent" });
  const [a, b, silent] = (await rig.claim()).runs;
  assert(a && b && silent);
  const line = (message: string) =>
    ({ run: 1, at: rig.now, level: "info", message, fields: {} }) as const;
  const { num, run } = a;
  await rig.tell({
    kind: "ReportProgress",
    items: [{ num, run, progress: null, logs: [line("begun")] }],
  });
  await rig.report(outcome(b, { logs: [line("done")] }), outcome(silent));
  await rig.stop();
  assert.deepEqual(published(rig).flatMap(({ logged }) => logged ?? []), [a.num, b.num]);
});

Deno.test("scheduler tells who follows it that events of the one before may be missing", async () => {
  await using rig = await SchedulerRig.open();
  await rig.submit({ id: "a" });
  await rig.runAll();
  await rig.stop();
  rig.told.splice(0);
  await rig.start();
  await rig.stop();
  assert.deepEqual(events(rig), [{ kind: "EventsLost" }]);
});

type Events = Extract<FrontEndProtocol["message"], { readonly kind: "EventsPublished" }>["events"];

function events(rig: SchedulerRig): Events {
  return rig.told.flatMap(({ to, message }) =>
    to === "http" && "events" in message ? message.events as Events : []
  );
}

function published(rig: SchedulerRig): readonly TasksCommitted[] {
  return events(rig).filter((event) => event.kind === "TasksCommitted");
}
