import { isAlone } from "../../actors/domain/pool.ts";
import type { Snapshot, TaskRow } from "./snapshot.ts";

/** Executors that are there, with the pool that each serves and its slots. */
export type ExecutorsUp = ReadonlyMap<string, { readonly pool: string; readonly slots: number }>;

/** Longer than anything takes that is tried again by a timer. */
const PATIENCE_MS = 15_000;

/**
 * Finds tasks that could start and don't: ready, in a queue that is open and below its limits, while
 * an executor of their pool has a slot to spare.
 */
export class Starvation {
  /** Since when each task could have started, by num, in simulated ms. */
  #since = new Map<number, number>();

  /** Something went wrong that may rightly delay everything. */
  forgive(): void {
    this.#since.clear();
  }

  /** What is wrong; null where nothing is. */
  look(snapshot: Snapshot, executors: ExecutorsUp, elapsed: number): string | null {
    const since = new Map<number, number>();
    const running = [...snapshot.tasks.values()].filter(({ status }) => status === "running");
    for (const task of snapshot.tasks.values()) {
      if (task.status !== "pending" || !mayStart(task, running, { snapshot, executors })) continue;
      const from = this.#since.get(task.num) ?? elapsed;
      if (elapsed - from > PATIENCE_MS) {
        return `${task.id} could have started for ${Math.round(elapsed - from)} ms`;
      }
      since.set(task.num, from);
    }
    this.#since = since;
    return null;
  }
}

function mayStart(
  { queue, concurrency_key, ready_pool }: TaskRow,
  running: readonly TaskRow[],
  { snapshot, executors }: { readonly snapshot: Snapshot; readonly executors: ExecutorsUp },
): boolean {
  const settings = snapshot.queues.get(queue);
  const inQueue = running.filter((task) => task.queue === queue);
  const ofKey = inQueue.filter((task) => task.concurrency_key === concurrency_key);
  if (settings !== undefined) {
    // When a rate allows the next start is not looked at here.
    if (settings.paused === 1 || settings.rate_limit !== null) return false;
    if (inQueue.length >= (settings.concurrency ?? Infinity)) return false;
    if (concurrency_key !== null && ofKey.length >= (settings.key_concurrency ?? Infinity)) {
      return false;
    }
  }
  const heldBy = (name: string) => running.filter(({ executor }) => executor === name).length;
  // Of those that have to run alone, one runs at a time on the whole node.
  const someoneIsAlone = [...executors]
    .some(([name, { pool }]) => isAlone(pool) && heldBy(name) > 0);
  if (ready_pool !== null && isAlone(ready_pool) && someoneIsAlone) return false;
  return [...executors]
    .some(([name, { pool, slots }]) => pool === ready_pool && heldBy(name) < slots);
}
