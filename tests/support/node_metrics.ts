import assert from "node:assert/strict";
import type { NodeProcess } from "./node_process.ts";

/** Adds up the samples of `metric` whose labels contain all of `labels`. */
export async function metricTotal(
  node: NodeProcess,
  metric: string,
  labels: Readonly<Record<string, string>> = {},
): Promise<number> {
  const { status, body } = await node.fetchApi("GET", "/metrics");
  assert.equal(status, 200);
  const wanted = Object.entries(labels).map(([name, value]) => `${name}="${value}"`);
  return String(body).split("\n")
    .filter((line) => line.startsWith(`${metric}{`) || line.startsWith(`${metric} `))
    .filter((line) => wanted.every((label) => line.includes(label)))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" ") + 1)), 0);
}

/** Tasks that have ended since the node's start, whatever way. */
export function finishedTotal(node: NodeProcess): Promise<number> {
  return metricTotal(node, "dtask_tasks_finished_total");
}
