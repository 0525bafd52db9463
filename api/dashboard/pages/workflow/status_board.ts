/**
 * What each task of a graph is now, for many small components: each listens, and is drawn again only
 * when what it shows has changed.
 */
import { failures, heldBack } from "./held_back.ts";
import { isEnded, type TaskGraph, type TaskStatus } from "./task_graph.ts";

const URGENCY: readonly TaskStatus[] = [
  ...["failed", "cancelled", "running", "pending"] as const,
  ...["scheduled", "blocked", "skipped", "completed"] as const,
];

/** See above. */
export class StatusBoard {
  readonly #graph: TaskGraph;
  readonly #listeners = new Set<() => void>();
  #statuses: readonly TaskStatus[] = [];
  #held: ReadonlySet<number> = new Set();
  #version = 0;

  constructor(graph: TaskGraph) {
    this.#graph = graph;
  }

  /** Shows other statuses, by the index of the task. */
  show(statuses: readonly TaskStatus[]): void {
    this.#statuses = statuses;
    this.#held = heldBack(this.#graph, statuses, failures(statuses));
    this.#version++;
    for (const listener of this.#listeners) listener();
  }

  /** Another number whenever something is shown. */
  version = (): number => this.#version;

  subscribe = (listener: () => void): () => void => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  statusOf(task: number): TaskStatus {
    return this.#statuses[task] ?? "pending";
  }

  /** True where it waits for, or was skipped because of, a task that failed or was cancelled. */
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

  /** The status of `tasks` that one would most want to know of. */
  mainStatusOf(tasks: readonly number[]): TaskStatus {
    const there = new Set(tasks.map((task) => this.statusOf(task)));
    return URGENCY.find((status) => there.has(status)) ?? "completed";
  }

  /** What goes over the edge from `parent` to `child`. */
  edgeState(parent: number, child: number): "open" | "passed" | "failed" {
    const status = this.statusOf(parent);
    const blocks = status === "failed" || status === "cancelled" || this.isHeld(parent);
    if (blocks && this.isHeld(child)) return "failed";
    return isEnded(status) ? "passed" : "open";
  }
}
