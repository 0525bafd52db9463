import assert from "node:assert/strict";
import { task, TaskAbortError, type TaskContext } from "../../../mod.ts";
import type { Assignment } from "../../../actors/protocol.ts";
import { assignment, ExecutorHarness } from "./executor_harness.ts";

interface Running {
  readonly ctx: TaskContext;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** Runs of `held` and `deaf`, by task id. */
const running = new Map<string, Running>();

/** Ends when the test says so, or with its signal. */
task({
  name: "held",
  run: (_args, ctx) => {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    running.set(ctx.taskId, { ctx, resolve, reject });
    ctx.signal.addEventListener("abort", () => reject(ctx.signal.reason));
    return promise;
  },
  mode: "async",
});
/** Ends only when the test says so. */
task({
  name: "deaf",
  run: (_args, ctx) => {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    running.set(ctx.taskId, { ctx, resolve, reject });
    return promise;
  },
  mode: "async",
});

Deno.test("executor aborts a run at its timeout, counted from the start of its code", async () => {
  const harness = await open(1);
  await harness.assign(
    assignment(1, "held", { timeoutMs: 1_000 }),
    assignment(2, "held", { timeoutMs: 1_000 }),
  );
  await harness.clock.advance(900);
  run(1).resolve("in time");
  await harness.clock.settle();
  await harness.clock.advance(900);
  assert.deepEqual(harness.scheduler.outcomes.map(({ outcome }) => outcome), ["completed"]);
  await harness.clock.advance(200);
  const { outcome, error } = harness.scheduler.outcomeOf(2);
  assert.equal(outcome, "timeout");
  assert.match(error?.message ?? "", /longer than 1000 ms/);
  assertAborted(2, "timeout");
});

Deno.test("executor counts a value that comes after the timeout's abort as a timeout", async () => {
  const harness = await open();
  await harness.assign(assignment(1, "deaf", { timeoutMs: 100 }));
  await harness.clock.advance(200);
  assert.equal(harness.scheduler.outcomes.length, 0);
  run(1).resolve("too late");
  await harness.clock.settle();
  assert.equal(harness.scheduler.outcomeOf(1).outcome, "timeout");
  assert.equal(harness.scheduler.outcomeOf(1).result, null);
});

Deno.test("executor counts a value that comes before the abort, however late", async () => {
  const harness = await open();
  await harness.assign(assignment(1, "deaf", { timeoutMs: 100 }));
  harness.clock.block(5_000);
  run(1).resolve("was busy");
  await harness.clock.settle();
  assert.equal(harness.scheduler.outcomeOf(1).outcome, "completed");
});

Deno.test("executor aborts a run that has been silent for its heartbeat timeout", async () => {
  const harness = await open();
  await harness.assign(
    assignment(1, "held", { heartbeatTimeoutMs: 100 }),
    assignment(2, "held", { heartbeatTimeoutMs: 100 }),
  );
  for (let i = 0; i < 5; i++) {
    await harness.clock.advance(80);
    run(1).ctx.heartbeat();
  }
  assert.equal(harness.scheduler.outcomeOf(2).outcome, "timeout");
  assert.equal(harness.scheduler.outcomes.length, 1);
  await harness.clock.advance(80);
  run(1).ctx.progress(0.5);
  await harness.clock.advance(80);
  assert.equal(harness.scheduler.outcomes.length, 1);
  await harness.clock.advance(80);
  const { outcome, error } = harness.scheduler.outcomeOf(1);
  assert.equal(outcome, "timeout");
  assert.match(error?.message ?? "", /silent for longer than 100 ms, its heartbeatTimeoutMs/);
});

Deno.test("executor counts a timeout as such, though the code beats", async () => {
  const harness = await open();
  const limits = { heartbeatTimeoutMs: 100, timeoutMs: 200 };
  await harness.assign(assignment(1, "held", limits));
  for (let i = 0; i < 3; i++) {
    await harness.clock.advance(80);
    run(1).ctx.heartbeat();
  }
  assert.match(harness.scheduler.outcomeOf(1).error?.message ?? "", /longer than 200 ms$/);
});

Deno.test("executor tells of code that does not stop when it is overdue, again and again", async () => {
  const harness = await open();
  await harness.assign(
    assignment(1, "deaf", { heartbeatTimeoutMs: 100 }),
    assignment(2, "deaf", { timeoutMs: 200 }),
    assignment(3, "deaf"),
  );
  await harness.clock.advance(150);
  const silent = { num: 1, run: 1, silent: true };
  const overdue = { num: 2, run: 1, silent: false };
  const told = (...runs: readonly unknown[]) => ({
    kind: "RunsOverdue",
    executor: "executor-1",
    runs,
  });
  assert.deepEqual(harness.toldDispatcher, [told(silent)]);
  await harness.clock.advance(100);
  assert.deepEqual(harness.toldDispatcher.slice(1), [told(silent, overdue)]);
  run(1).resolve("at last");
  await harness.clock.settle();
  await harness.clock.advance(5_100);
  assert.deepEqual(harness.toldDispatcher.slice(2), [told(overdue)]);
  run(2).resolve("at last");
  await harness.clock.settle();
  await harness.clock.advance(20_000);
  assert.equal(harness.toldDispatcher.length, 3);
});

Deno.test("executor reports a cancelled run when its code has stopped", async () => {
  const harness = await open();
  const runs = [1, 2, 3].map((num) => assignment(num, num === 1 ? "held" : "deaf"));
  await harness.assign(...runs);
  await harness.abort("cancelled", ...runs);
  assert.deepEqual(harness.scheduler.outcomes.map(({ num }) => num), [1]);
  assert.equal(harness.scheduler.outcomeOf(1).outcome, "cancelled");
  run(2).reject(new Error("cleaned up"));
  run(3).resolve("done all the same");
  await harness.clock.settle();
  assert.equal(harness.scheduler.outcomeOf(2).outcome, "cancelled");
  assert.equal(harness.scheduler.outcomeOf(3).outcome, "completed");
  assertAborted(1, "cancelled");
});

Deno.test("executor drops an aborted run that has not started, and says so at once", async () => {
  const harness = await open(1);
  const [first, ...waiting] = [1, 2, 3, 4, 5].map((num) => assignment(num, "held"));
  assert.ok(first !== undefined);
  await harness.assign(first, ...waiting);
  const [cancelled, drained, late, stale] = waiting;
  await abortOne(harness, "cancelled", cancelled);
  await abortOne(harness, "drain", drained);
  await abortOne(harness, "timeout", late);
  await abortOne(harness, "stale", stale);
  assert.equal(harness.scheduler.outcomeOf(2).outcome, "cancelled");
  assert.equal(harness.scheduler.outcomeOf(3).giveBack, "drain");
  assert.equal(harness.scheduler.outcomeOf(4).giveBack, "neighbour");
  assert.equal(harness.scheduler.outcomes.length, 3);
  run(1).resolve(1);
  await harness.clock.settle();
  assert.deepEqual([...running.keys()], ["task-1"]);
});

Deno.test("executor decides itself whether the time of running code is over", async () => {
  const harness = await open();
  const one = assignment(1, "held", { timeoutMs: 1_000 });
  await harness.assign(one);
  await harness.clock.advance(500);
  await harness.abort("timeout", one);
  assert.equal(run(1).ctx.signal.aborted, false);
  harness.clock.block(600);
  await harness.abort("timeout", one);
  assert.equal(harness.scheduler.outcomeOf(1).outcome, "timeout");
});

Deno.test("executor never reports a run that another has taken over", async () => {
  const harness = await open();
  const stale = assignment(1, "held");
  await harness.assign(stale);
  await harness.abort("stale", stale);
  assertAborted(1, "stale");
  assert.deepEqual(harness.scheduler.outcomes, []);
});

Deno.test("executor holds two runs of one task apart", async () => {
  const harness = await open();
  const first = assignment(1, "deaf");
  await harness.assign(first);
  const before = run(1);
  await harness.abort("stale", first);
  await harness.assign(assignment(1, "deaf", { run: 2 }));
  before.resolve("old");
  run(1).resolve("new");
  await harness.clock.settle();
  assert.equal(harness.scheduler.outcomeOf(1).run, 2);
  assert.equal(harness.scheduler.outcomeOf(1).result, '"new"');
});

Deno.test("executor drains: gives back what waits, lets run what runs, then aborts", async () => {
  const harness = await open(3);
  await harness.assign(
    assignment(1, "held"),
    assignment(2, "held"),
    assignment(3, "deaf"),
    assignment(4, "held"),
  );
  await harness.drain(500);
  assert.equal(harness.scheduler.outcomeOf(4).giveBack, "drain");
  await harness.clock.advance(400);
  run(1).resolve("in time");
  await harness.clock.advance(200);
  assert.equal(harness.scheduler.outcomeOf(1).outcome, "completed");
  assert.equal(harness.scheduler.outcomeOf(2).outcome, "given_back");
  assert.equal(harness.scheduler.outcomeOf(2).giveBack, "drain");
  assertAborted(2, "drain");
  run(3).resolve("returned");
  await harness.assign(assignment(5, "held"));
  assert.equal(harness.scheduler.outcomeOf(3).outcome, "completed");
  assert.equal(harness.scheduler.outcomeOf(5).giveBack, "drain");
});

Deno.test("executor counts a cancellation over a drain", async () => {
  const harness = await open();
  const one = assignment(1, "deaf");
  await harness.assign(one);
  await harness.drain(0);
  await harness.abort("cancelled", one);
  run(1).reject(new Error("stopped"));
  await harness.clock.settle();
  assert.equal(harness.scheduler.outcomeOf(1).outcome, "cancelled");
});

Deno.test("executor stops: aborts, waits for the grace, and leaves no timer", async () => {
  const harness = await open(2);
  await harness.assign(
    assignment(1, "held"),
    assignment(2, "deaf", { heartbeatTimeoutMs: 5_000 }),
    assignment(3, "held"),
  );
  run(2).ctx.progress(0.1);
  let stopped = false;
  const stop = harness.actor.stop().then(() => stopped = true);
  await harness.clock.advance(900);
  assert.equal(stopped, false);
  assert.equal(harness.scheduler.outcomeOf(1).giveBack, "drain");
  assert.equal(harness.scheduler.outcomeOf(3).giveBack, "drain");
  await harness.clock.advance(200);
  await stop;
  assert.equal(harness.clock.timerCount, 0);
});

function run(num: number): Running {
  const found = running.get(`task-${num}`);
  assert.ok(found !== undefined, `task ${num} is not running`);
  return found;
}

function assertAborted(num: number, cause: string): void {
  const { reason } = run(num).ctx.signal;
  assert.ok(reason instanceof TaskAbortError);
  assert.equal(reason.cause, cause);
  assert.equal(reason.name, "AbortError");
}

function abortOne(
  harness: ExecutorHarness,
  reason: "cancelled" | "drain" | "timeout" | "stale",
  one: Assignment | undefined,
): Promise<void> {
  assert.ok(one !== undefined);
  return harness.abort(reason, one);
}

async function open(slots = 4): Promise<ExecutorHarness> {
  running.clear();
  return await new ExecutorHarness({ slots }).connect();
}
