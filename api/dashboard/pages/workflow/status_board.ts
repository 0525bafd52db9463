/**
 * What each task of a graph is now, for many small components: each listens, and is drawn again only
 * when what it shows has changed.
 */
import { failures, heldBack } from "./held_back.ts";
import { isEnded, type TaskGraph, type TaskStatus } from "./task_graph.ts";

/** How a task stands, as it is drawn. */
export interface Standing {
  readonly status: TaskStatus;
  /** It waits for, or was skipped because of, a task that failed or was cancelled. */
  readonly held: boolean;
}

/** See above. */
export class StatusBoard {
  readonly #graph: TaskGraph;
  readonly #listeners = new Set<() => void>();
  #statuses: readonly TaskStatus[] = [];
  #held: ReadonlySet<number> = new Set();

  constructor(graph: TaskGraph) {
    this.#graph = graph;
  }

  /** Shows other statuses, by the index of the task. */
  show(statuses: readonly TaskStatus[]): void {
    this.#statuses = statuses;
    this.#held = heldBack(this.#graph, statuses, failures(statuses));
    for (const listener of this.#listeners) listener();
  }

  subscribe = (listener: () => void): () => void => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  statusOf(task: number): TaskStatus {
    return this.#statuses[task] ?? "pending";
  }

  isHeld(task: number): boolean {
    return this.#held.has(task);
  }

  /** How many of `tasks` there are of each status, as text that is equal for equal counts. */
  summaryOf(tasks: readonly number[]): string {
    const counts: Partial<Record<TaskStatus, number>> = {};
    for (const task of tasks) {
      const status = this.statusOf(task);
      counts[status] = (counts[status] ?? 0) + 1;
    }
    return JSON.stringify(counts);
  }

  /** What goes over the edge from `parent` to `child`. */
  edgeState(parent: number, child: number): "open" | "passed" | "failed" {
    const status = this.statusOf(parent);
    const blocks = status === "failed" || status === "cancelled" || this.isHeld(parent);
    if (blocks && this.isHeld(child)) return "failed";
    return isEnded(status) ? "passed" : "open";
  }
}
