import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { eventually } from "../support/eventually.ts";
import { type NodeProcess, startNode } from "../support/node_process.ts";
import { submitTask } from "../support/task_client.ts";

const UNSTARTABLE = fileURLToPath(
  new URL("../support/task_modules/unstartable_pool.ts", import.meta.url),
);

Deno.test("readiness fails while a pool with ready work cannot start, and comes back", async () => {
  await using node = await startNode({
    args: ["--no-grpc", "--tasks", UNSTARTABLE, "--allow-task-permissions", "--executors", "1"],
  });
  // Holds the only blocking slot: what waits behind it is nobody's fault.
  await submitTask(node, { id: "long", method: "spin", args: [60_000] });
  await submitTask(node, { id: "waits", method: "spin", args: [1] });
  await submitTask(node, { id: "needy", method: "needy" });
  const reasons = await eventually(async () => {
    const { ready, reasons } = await readiness(node);
    return ready ? null : reasons;
  }, { what: "the node says that it is not ready", deadlineMs: 60_000, everyMs: 200 });
  assert.equal(reasons.length, 1, reasons.join("; "));
  assert.match(
    reasons[0] ?? "",
    /^ready work of pool blocking\+env=\S+ is not dispatched: .*cannot load this/,
  );
  // It was tried more than once by now.
  const { body: system } = await node.fetchApi("GET", "/api/system");
  const failed = system.actors.filter(({ state }: { state: string }) => state === "failed");
  assert.equal(failed.length, 1, JSON.stringify(failed));
  const { status } = await node.fetchApi("POST", "/api/tasks/needy/cancel");
  assert.equal(status, 200);
  await eventually(async () => (await readiness(node)).ready, {
    what: "the node is ready again",
    deadlineMs: 60_000,
    everyMs: 200,
  });
  await node.fetchApi("POST", "/api/tasks/long/cancel");
});

async function readiness(
  node: NodeProcess,
): Promise<{ readonly ready: boolean; readonly reasons: readonly string[] }> {
  const { status, body } = await node.fetchApi("GET", "/readyz");
  return { ready: status === 200, reasons: body.reasons };
}
