/** What failures of a workflow keep from running. */
import type { TaskGraph, TaskStatus } from "./task_graph.ts";

/**
 * The tasks downstream of `causes` that wait or were skipped: those that run again once the causes
 * have completed.
 */
export function heldBack(
  graph: TaskGraph,
  statuses: readonly TaskStatus[],
  causes: readonly number[],
): ReadonlySet<number> {
  const held = new Set<number>();
  const open = [...causes];
  for (let task = open.pop(); task !== undefined; task = open.pop()) {
    for (const child of graph.children[task] ?? []) {
      const status = statuses[child];
      if (held.has(child) || (status !== "blocked" && status !== "skipped")) continue;
      held.add(child);
      open.push(child);
    }
  }
  return held;
}

/** The tasks that hold others back by how they ended. */
export function failures(statuses: readonly TaskStatus[]): readonly number[] {
  return statuses.flatMap((status, task) =>
    status === "failed" || status === "cancelled" ? [task] : []
  );
}
