import assert from "node:assert/strict";
import { definition, outcome, SchedulerRig } from "../../support/scheduler_rig.ts";

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
