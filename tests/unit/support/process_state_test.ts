import assert from "node:assert/strict";
import { childrenOf, isRunning, signalProcess } from "../../support/process_state.ts";

Deno.test("process_state tells a running process from one that has ended", async () => {
  const child = new Deno.Command("sleep", { args: ["600"] }).spawn();
  assert.equal(isRunning(child.pid), true);
  assert.equal(isRunning(Deno.pid), true);
  assert.ok(childrenOf(Deno.pid).includes(child.pid));
  assert.equal(signalProcess(child.pid, "SIGKILL"), true);
  await child.status;
  assert.equal(isRunning(child.pid), false);
  assert.equal(signalProcess(child.pid, "SIGKILL"), false);
});
