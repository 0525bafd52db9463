import assert from "node:assert/strict";
import { assignment } from "../executor/executor_harness.ts";
import { DispatcherHarness } from "./dispatcher_harness.ts";

Deno.test("dispatcher claims nothing while the lease is about to be lost", async () => {
  await using node = await new DispatcherHarness().start();
  await node.join("executor-1", "async", 4);
  node.dispatcher.receive({ kind: "LeaseChanged", held: false });
  await node.hint("async", assignment(1, "quick"));
  assert.deepEqual(node.assigned("executor-1"), []);
  node.dispatcher.receive({ kind: "LeaseChanged", held: true });
  await node.settle();
  assert.deepEqual(node.assigned("executor-1"), [1]);
});

Deno.test("dispatcher charges nobody in an isolate that ends for the lost lease", async () => {
  await using node = await new DispatcherHarness().start();
  await node.join("executor-1", "async", 4);
  await node.hint("async", assignment(1, "a"), assignment(2, "goes.on"));
  const answer = condemn(node, ["goes.on"]);
  assert.deepEqual(answer, { spared: false });
  assert.deepEqual(node.of("TerminateExecutor"), [], "its end is the supervisor's");
  await node.die("executor-1");
  const outcomes = node.outcomes().map(({ num, outcome, alone }) => [num, outcome, alone]);
  assert.deepEqual(outcomes, [[1, "given_back", false], [2, "given_back", false]]);
});

Deno.test("dispatcher spares an isolate in which only what goes on is running", async () => {
  await using node = await new DispatcherHarness().start();
  await node.join("executor-1", "blocking", 1);
  await node.hint("blocking", assignment(1, "goes.on"));
  assert.deepEqual(condemn(node, ["goes.on"]), { spared: true });
  assert.deepEqual(condemn(node, []), { spared: false });
});

function condemn(node: DispatcherHarness, sparing: readonly string[]): unknown {
  return node.dispatcher.receive({
    kind: "CondemnExecutor",
    executor: "executor-1",
    incarnation: "i-executor-1",
    sparing,
  });
}
