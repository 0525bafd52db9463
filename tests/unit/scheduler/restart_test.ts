import assert from "node:assert/strict";
import { outcome, SchedulerRig } from "../../support/scheduler_rig.ts";

const ONCE = { maxAttempts: 1 };

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
  const { startedAt } = await rig.task("kept");
  const lost = await rig.task("lost");
  assert.deepEqual([lost.status, lost.crashes], ["pending", 0]);
  await rig.report(outcome(kept));
  assert.equal((await rig.task("kept")).status, "completed");
  const joined = rig.toldDispatcher("ExecutorJoined").at(-1);
  const { num, run, id, method } = kept;
  assert.deepEqual(joined?.executor.held, [{ num, run, id, method, startedAt }]);
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
