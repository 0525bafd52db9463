/**
 * Tasks whose method is not registered on this node wait in a pool that no executor serves, where no
 * claim comes by, until a node starts that knows the method again, or where nodes share a store, one
 * that knows it claims them from there (`strays.ts`). Nobody looks for them ahead: the
 * claim that meets one puts it there, and the start of the scheduler lets them go.
 */
import { readyPoolOf } from "../domain/crash_policy.ts";
import { methodOfUnregistered, modeOf, unregisteredKey } from "../domain/pool.ts";
import type { TaskRecord } from "../domain/task.ts";
import { getLogger } from "../telemetry/logger.ts";
import type { Commit } from "./commit.ts";

/** Tasks that one commit lets go. */
const PAGE = 1_000;

const log = getLogger("scheduler");

/** Sends claimed tasks of unregistered methods to where they wait, and passes them over. */
export async function withoutUnregistered(
  { tx, effects, context: { methods } }: Commit,
  tasks: readonly TaskRecord[],
): Promise<readonly TaskRecord[]> {
  const isKnown = ({ method, pool }: TaskRecord) => methods.find(method, modeOf(pool)) !== null;
  const unknown = tasks.filter((task) => !isKnown(task));
  if (unknown.length === 0) return tasks;
  await tx.setReadyPools(unknown.map(({ num, method }) => {
    return { num, readyPool: unregisteredKey(method) };
  }));
  for (const { queue, method } of unknown) {
    effects.leaveToOthers({ queue, pool: unregisteredKey(method) });
  }
  for (const method of new Set(unknown.map(({ method }) => method))) {
    if (methods.findAnywhere(method, null) !== null) continue;
    log.warn("tasks of {method} wait: no such method is registered", { method });
  }
  return tasks.filter(isKnown);
}

/** Lets a page of tasks go whose method is registered again; true when there may be more. */
export async function releaseRegistered(
  commit: Commit,
  work: readonly null[],
): Promise<readonly boolean[]> {
  const { tx, effects, context: { methods } } = commit;
  for (const { queue, pool } of await tx.readyWork()) {
    const method = methodOfUnregistered(pool);
    if (method === null || methods.find(method, null) === null) continue;
    const query = { queue, pool, max: PAGE, keyConcurrency: null, afterKey: null };
    const { tasks } = await tx.selectReady(query);
    const moves = tasks.map((task) => ({
      num: task.num,
      readyPool: readyPoolOf(task.pool, task),
    }));
    await tx.setReadyPools(moves);
    for (const { readyPool } of moves) effects.hint({ queue, pool: readyPool });
    return work.map(() => true);
  }
  return work.map(() => false);
}
