import assert from "node:assert/strict";
import {
  assertOrder,
  GRAPHS,
  parallelismOf,
  readGraph,
  runWorkflow,
  workflowOf,
} from "../support/graphs.ts";
import { startNode } from "../support/node_process.ts";

for (const name of GRAPHS) {
  Deno.test(`graph ${name} runs in order, independent tasks in parallel on several executors`, async () => {
    await using node = await startNode({ args: ["--no-grpc", "--executors", "2"] });
    const graph = readGraph(name);
    const { status, tasks } = await runWorkflow(
      node,
      workflowOf(graph, { id: name, msPerSecond: 5 }),
    );
    assert.equal(status, "completed");
    assert.equal(tasks.length, graph.tasks.length);
    assertOrder(tasks);
    const { peak, executors } = parallelismOf(tasks);
    console.log(
      `${name}: ${tasks.length} tasks, at most ${peak} at once on ${executors} executors`,
    );
    assert.ok(peak >= 2, "independent tasks ran one after the other");
    assert.ok(executors >= 2, "all tasks ran on one executor");
  });

  Deno.test(`graph ${name} keeps its order when its tasks take no time`, async () => {
    await using node = await startNode({ args: ["--no-grpc"] });
    const { status, tasks } = await runWorkflow(node, workflowOf(readGraph(name), { id: name }));
    assert.equal(status, "completed");
    assertOrder(tasks);
  });
}

Deno.test("graph submitted again with the same id runs no task twice", async () => {
  await using node = await startNode({ args: ["--no-grpc"] });
  const request = workflowOf(readGraph("epigenomics-73"), { id: "once" });
  const first = await runWorkflow(node, request);
  const again = await node.fetchApi("POST", "/api/workflows", request);
  assert.equal(again.status, 200);
  const other = await node.fetchApi("POST", "/api/workflows", { ...request, name: "other" });
  assert.equal(other.status, 409);
  const { body } = await node.fetchApi("GET", "/api/workflows/once");
  const runs = (tasks: readonly { readonly key: string; readonly run: number }[]) =>
    tasks.map(({ key, run }) => [key, run]);
  assert.deepEqual(runs(body.tasks), runs(first.tasks));
});
