import assert from "node:assert/strict";
import { AwaitedExecutors } from "../../../actors/dispatcher/awaited_executors.ts";

Deno.test("awaited_executors tells of the one that does not join, and of no other", async () => {
  const overdue = Promise.withResolvers<readonly string[]>();
  const awaited = new AwaitedExecutors({
    joinMs: 20,
    onOverdue: (...which) => overdue.resolve(which),
  });
  awaited.expect("executor-1", "joins");
  awaited.expect("executor-2", "silent");
  awaited.forget("joins");
  assert.deepEqual(await overdue.promise, ["executor-2", "silent"]);
  awaited.stop();
});

Deno.test("awaited_executors leaves no timer behind", () => {
  const awaited = new AwaitedExecutors({ onOverdue: () => assert.fail("nobody waits any more") });
  awaited.expect("executor-1", "a");
  awaited.expect("executor-1", "a");
  awaited.stop();
});
