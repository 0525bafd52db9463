import assert from "node:assert/strict";
import { assignment } from "../executor/executor_harness.ts";
import { DispatcherHarness } from "./dispatcher_harness.ts";

const QUEUE = {
  name: "default",
  concurrency: null,
  rateLimit: null,
  weight: 1,
  keyConcurrency: null,
  paused: false,
} as const;

/** A dispatcher whose store has ready work of `pool`, whatever was claimed. */
async function dispatcherWithWork(
  pool: string,
  answers: Readonly<Record<string, () => unknown>> = {},
): Promise<DispatcherHarness> {
  const node = new DispatcherHarness();
  for (const [kind, answer] of Object.entries(answers)) node.answers.set(kind, answer);
  node.answers.set("GetDispatchState", () => ({
    queues: node.sent.some(({ kind }) => kind === "ClaimRuns") ? [QUEUE] : [],
    ready: [{ queue: "default", pool }],
  }));
  return await node.start();
}

Deno.test("dispatcher tells of work for a pool whose executors cannot be started, and why", async () => {
  await using node = await dispatcherWithWork("async+net=*", {
    EnsurePool: () => ({ ok: false, error: { message: "it throws at load" } }),
  });
  await node.passStall();
  const [told] = node.of("WorkStalled");
  assert.deepEqual(told?.["pools"], [{ pool: "async+net=*", cause: "it throws at load" }]);
  await node.join("executor-1", "async+net=*", 1);
  await node.hint("async+net=*", assignment(1, "a"));
  assert.equal(node.of("WorkMoving").length, 2, "once at the start, once when it moved");
});

Deno.test("dispatcher tells of claims that are not answered", async () => {
  await using node = await dispatcherWithWork("async");
  const answer = Promise.withResolvers<unknown>();
  node.answers.set("ClaimRuns", () => answer.promise);
  await node.join("executor-1", "async", 1);
  await node.passStall();
  const [told] = node.of("WorkStalled");
  assert.deepEqual(told?.["pools"], [{ pool: "async", cause: "a claim is not answered" }]);
  answer.resolve([{
    runs: [{ executor: "executor-1", assignment: assignment(1, "a") }],
    drained: true,
  }]);
  await node.settle();
  assert.equal(node.of("WorkMoving").length, 2);
});

Deno.test("dispatcher does not blame the node for work that waits for a slot", async () => {
  await using node = await dispatcherWithWork("blocking");
  await node.join("executor-1", "blocking", 1);
  await node.hint("blocking", assignment(1, "long"), assignment(2, "long"));
  assert.deepEqual(node.assigned("executor-1"), [1]);
  await node.passStall();
  assert.deepEqual(node.of("WorkStalled"), []);
});

Deno.test("dispatcher does not blame the node for what a limit holds back", async () => {
  await using node = await dispatcherWithWork("async");
  // As the scheduler answers for a queue that is at its limit.
  node.answers.set("ClaimRuns", () => [{ runs: [], drained: true }]);
  await node.join("executor-1", "async", 1);
  await node.passStall();
  assert.deepEqual(node.of("WorkStalled"), []);
});

Deno.test("dispatcher does not blame the node for a queue that is paused", async () => {
  await using node = await dispatcherWithWork("async+net=*");
  await node.passStall();
  assert.equal(node.of("WorkStalled").length, 1);
  node.dispatcher.receive({ kind: "QueueChanged", queue: { ...QUEUE, paused: true } });
  await node.passStall();
  assert.equal(node.of("WorkStalled").length, 1);
  assert.equal(node.of("WorkMoving").length, 2);
});

Deno.test("dispatcher does not blame the node for a suspect that waits for another one", async () => {
  await using node = await dispatcherWithWork("alone+net=*");
  await node.join("executor-1", "alone", 1);
  await node.hint("alone", assignment(1, "a"));
  node.dispatcher.receive({
    kind: "WorkBecameReady",
    work: [{ queue: "default", pool: "alone+net=*" }],
  });
  await node.passStall();
  assert.deepEqual(node.of("WorkStalled"), []);
});

Deno.test("dispatcher forgets the work of a pool that was cancelled before it could start", async () => {
  await using node = await dispatcherWithWork("async+net=*");
  await node.passStall();
  assert.equal(node.of("WorkStalled").length, 1);
  node.answers.set("GetDispatchState", () => ({ queues: [], ready: [] }));
  await node.passStall();
  assert.equal(node.of("WorkMoving").length, 2);
});
