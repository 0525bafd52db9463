/** Tasks whose definition has changed its pool: it has other rights now, or another mode. */
import { readyPoolOf } from "../domain/crash_policy.ts";
import { modeOf } from "../domain/pool.ts";
import type { TaskRecord } from "../domain/task.ts";
import type { Commit } from "./commit.ts";

/** Sends tasks whose definition has changed its pool to the right one, and passes them over here. */
export async function withoutMoved(
  commit: Commit,
  tasks: readonly TaskRecord[],
): Promise<readonly TaskRecord[]> {
  const isMoved = (task: TaskRecord) => poolOf(commit, task) !== task.pool;
  const moved = tasks.filter(isMoved);
  if (moved.length === 0) return tasks;
  await moveToPools(commit, moved);
  return tasks.filter((task) => !isMoved(task));
}

/** Lets each of `tasks` wait in the pool in which its method runs now. */
export async function moveToPools(commit: Commit, tasks: readonly TaskRecord[]): Promise<void> {
  const moves = tasks.map((task) => {
    const pool = poolOf(commit, task);
    return { num: task.num, queue: task.queue, pool, readyPool: readyPoolOf(pool, task) };
  });
  await commit.tx.setPools(moves);
  for (const { queue, readyPool } of moves) commit.effects.hint({ queue, pool: readyPool });
}

/** The pool in which the task's method runs here; its own where that is not registered. */
function poolOf({ context: { methods } }: Commit, { method, pool }: TaskRecord): string {
  return methods.find(method, modeOf(pool))?.pool ?? pool;
}
