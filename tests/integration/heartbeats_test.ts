import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { startNode } from "../support/node_process.ts";
import { awaitEnd, getAttempts, submitTask } from "../support/task_client.ts";

const MODULE = fileURLToPath(new URL("../support/task_modules/heartbeats.ts", import.meta.url));
const FROM_SUBMISSION = { heartbeatTimeoutMs: 1_000, retry: { initialMs: 0 } };

Deno.test("heartbeats: a silent attempt is timed out and retried; one that beats lives on", async (t) => {
  await using node = await startNode({ args: ["--no-grpc", "--tasks", MODULE] });
  for (
    const [method, settings] of [
      ["beat.listening", FROM_SUBMISSION],
      ["beat.deaf", FROM_SUBMISSION],
      ["beat.defined", {}],
    ] as const
  ) {
    await t.step(method, async () => {
      const { id } = await submitTask(node, { method, ...settings });
      const { status, result, attempt } = await awaitEnd(node, id);
      assert.deepEqual([status, result, attempt], ["completed", 10, 2]);
      const [first, second] = await getAttempts(node, id);
      assert.deepEqual([first?.outcome, second?.outcome], ["timeout", "completed"]);
      assert.match(first?.error?.message ?? "", /silent for longer than/);
    });
  }
});
