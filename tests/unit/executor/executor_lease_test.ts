import assert from "node:assert/strict";
import { task, type TaskContext } from "../../../mod.ts";
import { assignment, ExecutorHarness } from "./executor_harness.ts";

interface Running {
  readonly ctx: TaskContext;
  readonly resolve: (value: unknown) => void;
}

/** Runs by task id. */
const running = new Map<string, Running>();

function holding(stops: boolean) {
  return (_args: unknown, ctx: TaskContext) => {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    running.set(ctx.taskId, { ctx, resolve });
    if (stops) ctx.signal.addEventListener("abort", () => reject(ctx.signal.reason));
    return promise;
  };
}

task({ name: "lease.stops", mode: "async", run: holding(true) });
task({ name: "lease.deaf", mode: "async", run: holding(false) });
task({ name: "lease.goes_on", mode: "async", onLeaseLost: "continue", run: holding(true) });

Deno.test("executor gives runs back, uncharged, when the lease is about to be lost", async () => {
  const harness = await new ExecutorHarness({ slots: 1 }).connect();
  await harness.assign(assignment(1, "lease.stops"), assignment(2, "lease.stops"));
  await abortForLease(harness);
  for (const num of [1, 2]) {
    const { outcome, giveBack } = harness.scheduler.outcomeOf(num);
    assert.deepEqual([outcome, giveBack], ["given_back", "drain"]);
  }
  const reason: unknown = running.get("task-1")?.ctx.signal.reason;
  assert.equal(reason instanceof Error && reason.cause, "lease");
  assert.deepEqual(await abortForLease(harness), { running: 0 });
});

Deno.test("executor says how much of it has not stopped for the lease", async () => {
  const harness = await new ExecutorHarness().connect();
  await harness.assign(assignment(1, "lease.deaf"), assignment(2, "lease.stops"));
  await abortForLease(harness);
  assert.deepEqual(await abortForLease(harness), { running: 1 });
  running.get("task-1")?.resolve("done all the same");
  await harness.clock.settle();
  assert.equal(harness.scheduler.outcomeOf(1).outcome, "completed");
  assert.deepEqual(await abortForLease(harness), { running: 0 });
});

Deno.test("executor lets code go on that is to continue without the lease", async () => {
  const harness = await new ExecutorHarness().connect();
  await harness.assign(assignment(1, "lease.goes_on"), assignment(2, "lease.stops"));
  await abortForLease(harness);
  assert.deepEqual(await abortForLease(harness), { running: 0 });
  assert.equal(running.get("task-1")?.ctx.signal.aborted, false);
  running.get("task-1")?.resolve(7);
  await harness.clock.settle();
  assert.equal(harness.scheduler.outcomeOf(1).result, "7");
});

async function abortForLease(harness: ExecutorHarness): Promise<unknown> {
  const answer = harness.actor.receive({ kind: "AbortForLease" });
  await harness.clock.settle();
  return answer;
}
