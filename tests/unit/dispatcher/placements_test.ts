import assert from "node:assert/strict";
import type { DispatcherReplies } from "../../../actors/protocol.ts";
import { assignment } from "../executor/executor_harness.ts";
import { DispatcherHarness } from "./dispatcher_harness.ts";

async function placement(harness: DispatcherHarness, num: number, readyPool: string) {
  const tasks = [{ num, readyPool, method: "m", queue: "default", pool: "async" }];
  const answer = await harness.dispatcher.receive({ kind: "GetPlacements", tasks });
  const [found] = answer as DispatcherReplies["GetPlacements"];
  assert.ok(found);
  return found;
}

Deno.test("placements count the slots of a pool and know who holds a run", async () => {
  await using harness = await new DispatcherHarness().start();
  await harness.join("executor-1", "async", 2);
  await harness.join("executor-2", "async", 1);
  await harness.join("executor-3", "blocking", 1);
  await harness.hint("async", assignment(1, "slow"), assignment(2, "slow"));
  const { run, ...pool } = await placement(harness, 1, "async");
  assert.deepEqual(pool, { executors: 2, slots: 3, free: 1, aloneRuns: 0, request: null });
  assert.match(run?.executor ?? "", /^executor-[12]$/);
  assert.deepEqual([run?.assignedAt, run?.startedAt], [harness.now, harness.now]);
  assert.equal((await placement(harness, 9, "async")).run, null);
  assert.equal((await placement(harness, 9, "blocking")).slots, 1);
});

Deno.test("placements count suspects over all pools", async () => {
  await using harness = await new DispatcherHarness().start();
  await harness.join("executor-1", "alone", 1);
  await harness.hint("alone", assignment(1, "slow"));
  assert.equal((await placement(harness, 2, "alone+env=*")).aloneRuns, 1);
});

Deno.test("placements say what became of the request for a pool", async () => {
  await using harness = await new DispatcherHarness().start();
  const answer = Promise.withResolvers<unknown>();
  harness.answers.set("EnsurePool", () => answer.promise);
  assert.equal((await placement(harness, 1, "async+env=*")).request, null);
  await harness.hint("async+env=*", assignment(1, "slow"));
  assert.deepEqual((await placement(harness, 1, "async+env=*")).request, {
    state: "starting",
    error: null,
  });
  answer.resolve({ ok: false, error: { code: "internal", reason: "x", message: "no memory" } });
  await harness.settle();
  assert.deepEqual((await placement(harness, 1, "async+env=*")).request, {
    state: "failed",
    error: "no memory",
  });
  await harness.join("executor-1", "async+env=*", 1);
  assert.equal((await placement(harness, 1, "async+env=*")).request, null);
});
