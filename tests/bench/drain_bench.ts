import assert from "node:assert/strict";
import { eventually } from "../support/eventually.ts";
import { finishedTotal } from "../support/node_metrics.ts";
import { type NodeProcess, startNode } from "../support/node_process.ts";

/** How fast a backlog of tasks that do nothing is worked off. */
export interface DrainBench {
  readonly tasks: number;
  readonly seconds: number;
  readonly perSecond: number;
}

const BATCH = 5_000;

/** Fills a paused queue with `tasks`, resumes it, and measures until the last one has finished. */
export async function benchDrain(tasks: number): Promise<DrainBench> {
  await using node = await startNode({ args: ["--no-grpc"] });
  return await drain(node, { tasks, isDone: async () => await finishedTotal(node) >= tasks });
}

/** The same on a node that runs, until `isDone` says so. */
export async function drain(
  node: NodeProcess,
  { tasks, isDone }: { readonly tasks: number; readonly isDone: () => Promise<boolean> },
): Promise<DrainBench> {
  await node.fetchApi("POST", "/api/queues/default/pause");
  for (let rest = tasks; rest > 0; rest -= BATCH) {
    const batch = Array.from({ length: Math.min(BATCH, rest) }, () => ({ method: "noop" }));
    const { status, body } = await node.fetchApi("POST", "/api/tasks/batch", { tasks: batch });
    assert.equal(status, 200, JSON.stringify(body));
  }
  const startedAt = performance.now();
  await node.fetchApi("POST", "/api/queues/default/resume");
  await eventually(isDone, {
    what: `${tasks} tasks have finished`,
    deadlineMs: 120_000,
    everyMs: 25,
  });
  const seconds = (performance.now() - startedAt) / 1_000;
  return { tasks, seconds, perSecond: tasks / seconds };
}
