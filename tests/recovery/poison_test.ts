import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { type NodeProcess, startNode } from "../support/node_process.ts";
import { awaitEnd, getTask, submitTask } from "../support/task_client.ts";

const MODULE = fileURLToPath(
  new URL("../support/task_modules/misbehaving.ts", import.meta.url),
);
const DEATHS_MAX = 3;
const INNOCENTS = 10;
/** A small heap, so that it is full soon. */
const RUNTIME_ARGS = ["--v8-flags=--max-old-space-size=128"];

Deno.test("poison: a task that takes all memory is found, and the innocent beside it complete", async () => {
  const dataDir = await Deno.makeTempDir({ prefix: "dtask-" });
  const start = () =>
    startNode({ dataDir, args: ["--no-grpc", "--tasks", MODULE], runtimeArgs: RUNTIME_ARGS });
  let node = await start();
  let deaths = 0;
  try {
    const innocents = await submitInnocents(node);
    const { id } = await submitTask(node, { id: "hog", method: "misbehave.hog" });
    while (!await endsBeforeNode(node, id)) {
      do {
        deaths++;
        assert.ok(deaths <= DEATHS_MAX, `the task has taken the node down ${deaths} times`);
      } while (!await start().then((started) => node = started, diedOfMemory));
    }
    console.log(`the node died ${deaths} times`);
    assert.ok(deaths > 0, "the task did not run out of memory");
    const { status, reason, run } = await getTask(node, id);
    assert.deepEqual([status, reason], ["failed", "poison"], `after ${run} runs`);
    const { body } = await node.fetchApi("GET", "/api/tasks/hog/explain");
    assert.equal(body.code, "poison");
    assert.match(body.sentence, /was lost 3 times, the last time while it ran alone\.$/);
    for (const innocent of innocents) {
      const task = await awaitEnd(node, innocent);
      assert.deepEqual([task.status, task.attempt], ["completed", 1], innocent);
    }
  } finally {
    await node.stop();
    await Deno.remove(dataDir, { recursive: true });
  }
});

/** Null for a node that the task took down before anybody saw that it was ready. */
function diedOfMemory(error: Error): null {
  if (error.message.includes("Reached heap limit")) return null;
  throw error;
}

/** Tasks that are running when the memory is gone. */
async function submitInnocents(node: NodeProcess): Promise<readonly string[]> {
  const ids = Array.from({ length: INNOCENTS }, (_, index) => `innocent-${index}`);
  for (const id of ids) await submitTask(node, { id, method: "sleep", args: [3_000] });
  return ids;
}

/** True once the task has ended, false when the node has. */
function endsBeforeNode(node: NodeProcess, id: string): Promise<boolean> {
  const died = node.status.then(() => false);
  const ended = awaitEnd(node, id).then(() => true, async (error) => {
    // The connection breaks a moment before the process is gone.
    if (error instanceof TypeError) return await died;
    throw error;
  });
  return Promise.race([ended, died]);
}
