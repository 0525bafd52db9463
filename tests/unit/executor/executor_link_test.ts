import assert from "node:assert/strict";
import { task, type TaskContext } from "../../../mod.ts";
import { assignment, ExecutorHarness } from "./executor_harness.ts";

let endHeld: (value: unknown) => void = () => {};
let held: TaskContext | undefined;

task({ name: "quick", mode: "async", run: () => 1 });
task({
  name: "held",
  mode: "async",
  run: (_args, ctx) => {
    const { promise, resolve } = Promise.withResolvers<unknown>();
    endHeld = resolve;
    held = ctx;
    return promise;
  },
});
const order: string[] = [];
task({ name: "plain", run: ([name]) => void order.push(String(name)) });
task({
  name: "slow",
  run: ([name]) => {
    order.push(String(name));
    clock?.block(50);
  },
});
let clock: ExecutorHarness["clock"] | undefined;

Deno.test("executor announces itself when the scheduler is there, with what it holds", async () => {
  const harness = new ExecutorHarness({ slots: 1 });
  await harness.assign(assignment(1, "held"), assignment(2, "quick"));
  assert.deepEqual(harness.scheduler.kinds, []);
  await harness.connect();
  assert.deepEqual(harness.scheduler.announcements, [{
    executor: "executor-1",
    incarnation: "i-1",
    pool: "async",
    slots: 1,
    held: [{ num: 2, run: 1 }, { num: 1, run: 1 }],
  }]);
});

Deno.test("executor resends unacknowledged outcomes before it announces itself anew", async () => {
  const harness = await new ExecutorHarness().connect();
  const { scheduler } = harness;
  scheduler.holding = true;
  await harness.assign(assignment(1, "quick"), assignment(2, "held"));
  await harness.disconnect();
  await harness.assign(assignment(3, "quick"));
  const before = scheduler.kinds.length;
  scheduler.release();
  await harness.clock.settle();
  assert.equal(scheduler.kinds.length, before, "nothing is sent to nobody");
  await harness.connect();
  assert.deepEqual(scheduler.kinds.slice(before), ["ReportOutcomes", "AnnounceExecutor"]);
  // The first was answered after the connection had ended, which counts all the same.
  assert.deepEqual(scheduler.batches.at(-1)?.map(({ num }) => num), [3]);
  assert.deepEqual(scheduler.announcements.at(-1)?.held, [{ num: 2, run: 1 }]);
});

Deno.test("executor keeps sending an outcome until it is acknowledged", async () => {
  const harness = await new ExecutorHarness().connect();
  const { scheduler } = harness;
  scheduler.failing = "overloaded";
  await harness.assign(assignment(1, "quick"));
  await harness.clock.advance(5_000);
  assert.deepEqual(scheduler.outcomes, []);
  assert.ok(scheduler.kinds.length > 3 && scheduler.kinds.length < 15, "it backs off");
  scheduler.failing = null;
  await harness.clock.advance(3_000);
  assert.equal(scheduler.outcomeOf(1).outcome, "completed");
  await harness.clock.advance(60_000);
  assert.equal(scheduler.outcomeOf(1).outcome, "completed");
});

Deno.test("executor announces itself again when the announcement failed", async () => {
  const harness = new ExecutorHarness();
  harness.scheduler.failing = "timeout";
  await harness.connect();
  await harness.clock.advance(2_000);
  harness.scheduler.failing = null;
  await harness.clock.advance(2_000);
  assert.equal(harness.scheduler.announcements.length, 1);
});

Deno.test("executor drops what the scheduler calls stale, running or ended", async () => {
  const harness = new ExecutorHarness();
  const { scheduler } = harness;
  await harness.assign(assignment(1, "held"));
  scheduler.stale = [{ num: 1, run: 1 }];
  await harness.connect();
  assert.equal(held?.signal.aborted, true);
  endHeld("unwanted");
  await harness.clock.settle();
  assert.deepEqual(scheduler.outcomes, []);
});

Deno.test("executor collects outcomes while a report is on its way", async () => {
  const harness = await new ExecutorHarness().connect();
  const { scheduler } = harness;
  scheduler.holding = true;
  await harness.assign(assignment(1, "quick"));
  for (const num of [2, 3, 4]) await harness.assign(assignment(num, "quick"));
  assert.deepEqual(scheduler.batches.map((batch) => batch.length), [1]);
  scheduler.release();
  await harness.clock.settle();
  assert.deepEqual(scheduler.batches.map((batch) => batch.length), [1, 3]);
});

Deno.test("executor reports progress and logs every 200 ms at most, the rest at the end", async () => {
  const harness = await new ExecutorHarness().connect();
  const { scheduler } = harness;
  await harness.assign(assignment(1, "held"));
  for (let i = 1; i <= 9; i++) {
    held?.progress(i / 10, `step ${i}`);
    held?.log.info("at", { step: i });
    await harness.clock.advance(50);
  }
  assert.deepEqual(scheduler.progress.map(({ progress }) => progress), [
    { fraction: 0.4, note: "step 4" },
    { fraction: 0.8, note: "step 8" },
  ]);
  assert.deepEqual(scheduler.progress.map(({ logs }) => logs.length), [4, 4]);
  endHeld(null);
  await harness.clock.settle();
  assert.deepEqual(scheduler.progress.at(-1)?.progress, { fraction: 0.9, note: "step 9" });
  const logs = [...scheduler.progress.at(-1)?.logs ?? [], ...scheduler.outcomeOf(1).logs];
  assert.deepEqual(logs.map(({ fields }) => fields), [{ step: 9 }]);
});

Deno.test("executor loses no log line when the scheduler takes none", async () => {
  const harness = await new ExecutorHarness().connect();
  const { scheduler } = harness;
  scheduler.full = true;
  await harness.assign(assignment(1, "held"));
  held?.log.info("first");
  await harness.clock.advance(250);
  held?.log.warn("second");
  await harness.clock.advance(250);
  endHeld(null);
  await harness.clock.settle();
  assert.deepEqual(scheduler.outcomeOf(1).logs.map(({ message }) => message), ["first", "second"]);
});

Deno.test("executor takes no notice of a context after its run", async () => {
  const harness = await new ExecutorHarness().connect();
  await harness.assign(assignment(1, "held"));
  endHeld(null);
  await harness.clock.settle();
  held?.log.info("late");
  held?.progress(1);
  held?.heartbeat();
  await harness.clock.advance(1_000);
  assert.deepEqual(harness.scheduler.progress, []);
});

Deno.test("executor of a blocking pool runs one at a time with a turn in between", async () => {
  const harness = new ExecutorHarness({ pool: "blocking", slots: 1 });
  await harness.connect();
  order.length = 0;
  const runs = ["a", "b", "c"].map((name, num) =>
    assignment(num, "plain", { mode: "blocking", args: JSON.stringify([name]) })
  );
  harness.actor.receive({ kind: "AssignRuns", runs });
  assert.deepEqual(order, [], "the assignment is acknowledged first");
  await harness.clock.settle();
  assert.deepEqual(order, ["a", "b", "c"]);
  assert.deepEqual(harness.scheduler.outcomes.map(({ num }) => num), [0, 1, 2]);
});

Deno.test("executor waits for acknowledgements before blocking code that may be long", async () => {
  const harness = await new ExecutorHarness({ pool: "blocking", slots: 1 }).connect();
  const { scheduler } = harness;
  clock = harness.clock;
  order.length = 0;
  scheduler.holding = true;
  await harness.assign(
    ...["a", "b"].map((name, num) =>
      assignment(num, "slow", { mode: "blocking", args: JSON.stringify([name]) })
    ),
  );
  assert.deepEqual(order, ["a"]);
  scheduler.release();
  await harness.clock.settle();
  assert.deepEqual(order, ["a", "b"]);
});

Deno.test("executor goes on with blocking code when acknowledgements do not come", async () => {
  const harness = await new ExecutorHarness({ pool: "alone", slots: 1 }).connect();
  clock = harness.clock;
  order.length = 0;
  harness.scheduler.holding = true;
  await harness.assign(
    ...["a", "b"].map((name, num) =>
      assignment(num, "slow", { mode: "blocking", args: JSON.stringify([name]) })
    ),
  );
  await harness.clock.advance(200);
  assert.deepEqual(order, ["a", "b"]);
});
