/**
 * Tasks whose method is not registered on this node wait in a pool that no executor serves, where no
 * claim comes by, until a node starts that knows the method again (`release_waiting.ts`), or where nodes
 * share a store, one that knows it claims them from there (`strays.ts`). Nobody looks for them ahead: the
 * claim that meets one puts it there.
 */
import { modeOf, unregisteredKey } from "../domain/pool.ts";
import type { TaskRecord } from "../domain/task.ts";
import { getLogger } from "../telemetry/logger.ts";
import type { Commit } from "./commit.ts";

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
