import assert from "node:assert/strict";
import { openSqliteStore } from "../../../actors/storage/sqlite/mod.ts";
import { newTask } from "../../conformance/store_fixture.ts";
import { ManualTimer } from "../../support/manual_timer.ts";
import { outcome, SchedulerRig } from "../../support/scheduler_rig.ts";
import type { QueueConfig } from "../../../actors/domain/task.ts";

function configure(rig: SchedulerRig, patch: Partial<QueueConfig>, name = "default") {
  return rig.ask({ kind: "ConfigureQueue", name, patch });
}

const many = (count: number, more = {}) => Array.from({ length: count }, () => more);

async function starts(rig: SchedulerRig, more = {}): Promise<number> {
  return (await rig.claim(more)).runs.length;
}

Deno.test("scheduler keeps what a rate limit had left over a restart", async () => {
  await using rig = await SchedulerRig.open();
  await configure(rig, { rateLimit: { limit: 4, perMs: 1_000 } });
  await rig.submit(...many(20));
  assert.equal(await starts(rig), 4);
  rig.now += 250;
  await rig.stop();
  await rig.start();
  assert.equal(await starts(rig), 1);
  rig.now += 499;
  assert.equal(await starts(rig), 1);
});

Deno.test("scheduler gives no new burst when other settings of a queue change", async () => {
  await using rig = await SchedulerRig.open();
  const rateLimit = { limit: 4, perMs: 1_000 };
  await configure(rig, { rateLimit });
  await rig.submit(...many(20));
  assert.equal(await starts(rig), 4);
  await configure(rig, { paused: true });
  await configure(rig, { paused: false, weight: 7, rateLimit });
  assert.equal(await starts(rig), 0);
  await configure(rig, { rateLimit: { limit: 10, perMs: 1_000 } });
  assert.equal(await starts(rig), 0);
  rig.now += 100;
  assert.equal(await starts(rig), 1);
  await configure(rig, { rateLimit: null });
  assert.equal(await starts(rig), 15);
});

Deno.test("scheduler gives at most one full bucket when the clock is set forward", async () => {
  await using rig = await SchedulerRig.open();
  await configure(rig, { rateLimit: { limit: 4, perMs: 1_000 } });
  await rig.submit(...many(20));
  assert.equal(await starts(rig), 4);
  rig.now += 3_600_000;
  assert.equal(await starts(rig), 4);
});

Deno.test("scheduler goes on with a rate limit when the clock is set back", async () => {
  const timer = new ManualTimer();
  await using rig = await SchedulerRig.open({}, { timer });
  await configure(rig, { rateLimit: { limit: 4, perMs: 1_000 } });
  await rig.submit(...many(20));
  assert.equal(await starts(rig), 4);
  rig.now -= 3_600_000;
  rig.told.length = 0;
  rig.now += 250;
  timer.pass(250);
  await rig.settle();
  assert.equal(rig.toldDispatcher("WorkBecameReady").length, 1);
  assert.equal(await starts(rig), 0);
  await rig.passTo(rig.now + 250);
  assert.equal(rig.toldDispatcher("WorkBecameReady").length, 2);
  assert.equal(await starts(rig), 1);
});

Deno.test("scheduler hints at a queue that its rate limit has cut short", async () => {
  const timer = new ManualTimer();
  await using rig = await SchedulerRig.open({}, { timer });
  await configure(rig, { rateLimit: { limit: 2, perMs: 1_000 } });
  await rig.submit(...many(3));
  const { runs, drained } = await rig.claim();
  assert.deepEqual([runs.length, drained], [2, true]);
  rig.told.length = 0;
  await rig.passTo(rig.now + 499);
  assert.equal(rig.toldDispatcher("WorkBecameReady").length, 0);
  await rig.passTo(rig.now + 1);
  assert.equal(rig.toldDispatcher("WorkBecameReady").length, 1);
  assert.equal(await starts(rig), 1);
  await rig.passTo(rig.now + 60_000);
  assert.equal(rig.toldDispatcher("WorkBecameReady").length, 1, "nothing waits any more");
});

Deno.test("scheduler takes one rate limit for all pools of a queue", async () => {
  await using rig = await SchedulerRig.open();
  await configure(rig, { rateLimit: { limit: 3, perMs: 1_000 } });
  await rig.submit(...many(2), ...many(5, { method: "spin" }));
  const pools = ["async", "blocking"];
  const answers = await rig.ask({
    kind: "ClaimRuns",
    executors: pools.map((pool) => {
      return { executor: `executor-${pool}`, incarnation: "i", pool, credits: 9, held: 0 };
    }),
    requests: pools.map((pool) => ({ queue: "default", pool, max: 9 })),
  });
  assert.deepEqual(answers.map(({ runs }) => runs.length), [2, 1]);
});

Deno.test("scheduler looks on when all that a limit let through had expired", async () => {
  await using rig = await SchedulerRig.open();
  await configure(rig, { concurrency: 1 });
  await rig.submit({ id: "late", expiresAt: rig.now + 1_000 }, { id: "good" });
  rig.now += 1_000;
  assert.deepEqual(await rig.claim(), { runs: [], drained: false });
  assert.deepEqual((await rig.claim()).runs.map(({ id }) => id), ["good"]);
});

Deno.test("scheduler starts nothing in the commit that pauses the queue", async () => {
  await using rig = await SchedulerRig.open();
  await rig.submit({});
  const [, { runs }] = await Promise.all([configure(rig, { paused: true }), rig.claim()]);
  assert.equal(runs.length, 0);
});

Deno.test("scheduler starts nothing while more runs than a lowered limit allows", async () => {
  await using rig = await SchedulerRig.open();
  await rig.submit(...many(5, { concurrencyKey: "a" }));
  const { runs } = await rig.claim({ max: 3 });
  await configure(rig, { concurrency: 2 });
  const [first, second] = runs;
  assert.ok(first && second);
  await rig.report(outcome(first));
  assert.equal(await starts(rig), 0);
  await rig.report(outcome(second));
  assert.equal(await starts(rig), 1);
  await configure(rig, { concurrency: null, keyConcurrency: 1 });
  assert.equal(await starts(rig), 0);
});

Deno.test("scheduler gives the keys their turns over the commits", async () => {
  await using rig = await SchedulerRig.open();
  const keys = ["a", "b", "c", null];
  await rig.submit(
    ...keys.flatMap((concurrencyKey) =>
      many(3, { concurrencyKey }).map((one, index) => ({ ...one, id: `${concurrencyKey}${index}` }))
    ),
  );
  const order: string[] = [];
  for (let turn = 0; turn < 12; turn++) {
    const { runs } = await rig.claim({ max: 1 });
    order.push(...runs.map(({ id }) => id));
  }
  const rounds = [0, 1, 2].flatMap((round) => keys.map((key) => `${key}${round}`));
  assert.deepEqual(order, rounds);
});

Deno.test("scheduler starts a task of another key next, whatever one key has queued", async () => {
  await using rig = await SchedulerRig.open();
  await rig.stop();
  await fillStore(rig.dataDir, { tasks: 100_000, key: "flood" });
  await rig.start();
  assert.equal(await starts(rig, { max: 3 }), 3);
  await rig.submit({ id: "other", concurrencyKey: "other" }, { id: "without" });
  const next = [await rig.claim({ max: 1 }), await rig.claim({ max: 2 })];
  const ids = next.flatMap(({ runs }) => runs.map(({ id }) => id));
  assert.deepEqual(ids.filter((id) => !id.startsWith("task-")), ["other", "without"]);
});

async function fillStore(dataDir: string, { tasks, key }: { tasks: number; key: string }) {
  const store = await openSqliteStore({ dataDir });
  for (let num = 1; num <= tasks; num += 10_000) {
    const chunk = Array.from(
      { length: 10_000 },
      (_, index) => newTask(num + index, { concurrencyKey: key }),
    );
    // What the scheduler numbers afterwards comes after them.
    await store.write(async (tx) => {
      await tx.allocateNums("task", chunk.length);
      await tx.insertTasks(chunk);
    });
  }
  await store.close();
}
