import assert from "node:assert/strict";
import type { MethodDefinition } from "../../../actors/domain/task.ts";
import { definition, outcome, SchedulerRig } from "../../support/scheduler_rig.ts";

const BOTH = { definitions: [definition("noop", "async"), definition("old", "async")] };
const WITHOUT = { definitions: [definition("noop", "async")] };

/** Asks for the state that a dispatcher starts with, which waits for all commits before. */
async function readyPools(rig: SchedulerRig): Promise<readonly string[]> {
  const { ready } = await rig.ask({ kind: "GetDispatchState" });
  return ready.map(({ pool }) => pool);
}

Deno.test("scheduler lets tasks of an unregistered method wait, and others pass them", async () => {
  await using rig = await SchedulerRig.open(BOTH);
  await rig.submit({ id: "a", method: "old" }, { id: "b" }, { id: "c", method: "old" });
  await rig.stop();
  await rig.start(WITHOUT);
  assert.deepEqual((await rig.claim()).runs.map(({ id }) => id), ["b"]);
  for (const id of ["a", "c"]) {
    const { status, run, attempt, crashes } = await rig.task(id);
    assert.deepEqual([status, run, attempt, crashes], ["pending", 0, 0, 0]);
  }
  assert.deepEqual(await readyPools(rig), []);
  assert.deepEqual((await rig.claim()).runs, []);
});

Deno.test("scheduler starts waiting tasks once their method is registered again", async () => {
  await using rig = await SchedulerRig.open(BOTH);
  await rig.submit({ id: "a", method: "old" }, { id: "later", method: "old", delayMs: 1_000 });
  await rig.stop();
  await rig.start(WITHOUT);
  await rig.claim();
  await rig.stop();
  await rig.start(BOTH);
  // The release takes a commit of its own, which comes before the second question at the latest.
  await readyPools(rig);
  assert.deepEqual(await readyPools(rig), ["async"]);
  const { runs } = await rig.claim();
  assert.deepEqual(runs.map(({ id, run }) => [id, run]), [["a", 1]]);
  await rig.report(...runs.map((run) => outcome(run)));
  assert.equal((await rig.task("a")).status, "completed");
});

/** A node with a task that asks for a right, which it gives. */
function fetching(permissions: MethodDefinition["permissions"]) {
  const definitions = [definition("noop", "async"), definition("fetch", "async", { permissions })];
  return { definitions, allowTaskPermissions: true };
}

Deno.test("scheduler starts tasks in the pool of the rights that their method asks for now", async () => {
  await using rig = await SchedulerRig.open(fetching({ net: ["x"] }));
  const [before] = await rig.submit(
    { id: "a", method: "fetch", concurrencyKey: "k" },
    { id: "child", method: "fetch", deps: ["a"] },
    { id: "b", method: "fetch" },
  );
  assert.equal(before?.pool, 'async+net=["x"]');
  await rig.stop();
  await rig.start(fetching({}));
  await readyPools(rig);
  assert.deepEqual(await readyPools(rig), ["async"]);
  // The child becomes ready in the pool that was left.
  assert.deepEqual((await rig.runAll()).toSorted(), ["a", "b", "child"]);
  assert.equal((await rig.task("child")).pool, "async");
});

Deno.test("scheduler runs nothing without the rights that it was submitted with", async () => {
  await using rig = await SchedulerRig.open(fetching({ net: ["x"] }));
  await rig.submit({ id: "a", method: "fetch" });
  await rig.stop();
  await rig.start({ ...fetching({ net: ["x"] }), allowTaskPermissions: false });
  await readyPools(rig);
  assert.deepEqual(await readyPools(rig), ['async+net=["x"]']);
  assert.deepEqual(await rig.runAll(), []);
});

Deno.test("scheduler moves a task whose method has changed its mode when a claim meets it", async () => {
  await using rig = await SchedulerRig.open(BOTH);
  await rig.submit({ id: "a", method: "old" }, { id: "b" });
  await rig.stop();
  await rig.start({ definitions: [definition("noop", "async"), definition("old", "blocking")] });
  assert.deepEqual((await rig.claim()).runs.map(({ id }) => id), ["b"]);
  const { runs } = await rig.claim({ pool: "blocking" });
  assert.deepEqual(runs.map(({ id, mode }) => [id, mode]), [["a", "blocking"]]);
});

Deno.test("scheduler lets a waiting task be cancelled", async () => {
  await using rig = await SchedulerRig.open(BOTH);
  await rig.submit({ id: "a", method: "old" });
  await rig.stop();
  await rig.start(WITHOUT);
  await rig.claim();
  const answer = await rig.ask({ kind: "CancelTask", id: "a" });
  assert.equal(answer.ok && answer.value.status, "cancelled");
});

Deno.test("scheduler tells who explains whether a method is registered and a rate is left", async () => {
  await using rig = await SchedulerRig.open(WITHOUT);
  const rateLimit = { limit: 1, perMs: 60_000 };
  await rig.ask({ kind: "ConfigureQueue", name: "slow", patch: { rateLimit } });
  await rig.submit({ queue: "slow" }, { queue: "slow" });
  await rig.claim({ queue: "slow" });
  const place = { num: 1, pool: "async", readyPool: "async" };
  const conditions = await rig.ask({
    kind: "GetStartConditions",
    tasks: [
      { ...place, method: "noop", queue: "slow" },
      { ...place, method: "old", queue: "default" },
    ],
  });
  assert.deepEqual(conditions, [
    {
      methodPool: "async",
      knownElsewhere: false,
      rightsRefused: false,
      rate: { ...rateLimit, left: 0, nextAt: rig.now + 60_000 },
    },
    { methodPool: null, knownElsewhere: false, rightsRefused: false, rate: null },
  ]);
});
