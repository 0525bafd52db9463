/** What the dispatcher knows of tasks that somebody wants explained. */
import type { Placement, TaskPlace } from "../domain/explain.ts";
import { isAlone } from "../domain/pool.ts";
import type { ExecutorSlots } from "./executor_slots.ts";
import type { PoolRequests } from "./pool_requests.ts";

/** Where each task would go, or is. */
export function placementsOf(
  tasks: readonly TaskPlace[],
  executors: readonly ExecutorSlots[],
  requests: PoolRequests,
): readonly Placement[] {
  const aloneRuns = executors.reduce(
    (sum, { pool, heldCount }) => sum + (isAlone(pool) ? heldCount : 0),
    0,
  );
  return tasks.map(({ num, readyPool }) => {
    const ours = executors.filter(({ pool, terminating }) => pool === readyPool && !terminating);
    return {
      executors: ours.length,
      slots: ours.reduce((sum, { slots }) => sum + slots, 0),
      free: ours.reduce((sum, { slots, heldCount }) => sum + Math.max(0, slots - heldCount), 0),
      aloneRuns,
      request: ours.length > 0 ? null : requests.stateOf(readyPool),
      run: runOf(num, executors),
    };
  });
}

function runOf(num: number, executors: readonly ExecutorSlots[]): Placement["run"] {
  for (const executor of executors) {
    const run = executor.held.find((one) => one.num === num);
    if (run === undefined) continue;
    return {
      executor: executor.name,
      assignedAt: executor.epochOf(run.assignedAt),
      startedAt: executor.startOf(run),
    };
  }
  return null;
}
