import type { StalledPool } from "../protocol.ts";
import type { ActorInfo } from "../runtime/mod.ts";

/** What the supervisor knows of a node besides the states of its actors. */
export interface NodeCondition {
  readonly storeError: string | null;
  readonly stalled: readonly StalledPool[];
  readonly draining: boolean;
  /** Why its lease can't be relied on. */
  readonly leaseTrouble: string | null;
}

/** Why a node is not ready; empty when it is. */
export function notReadyReasons(
  actors: readonly ActorInfo[],
  { storeError, stalled, draining, leaseTrouble }: NodeCondition,
): readonly string[] {
  const reasons: string[] = [];
  if (draining) reasons.push("the node is shutting down");
  if (storeError !== null) reasons.push(`the store takes no writes: ${storeError}`);
  if (leaseTrouble !== null) reasons.push(leaseTrouble);
  for (const { pool, cause } of stalled) {
    reasons.push(`ready work of pool ${pool} is not dispatched: ${cause}`);
  }
  const core = actors.filter(({ name }) => !name.startsWith("executor-"));
  for (const { name, state } of core) {
    if (state !== "ready") reasons.push(`actor ${name} is ${state}`);
  }
  const executors = actors.filter(({ name }) => name.startsWith("executor-"));
  if (!executors.some(({ state }) => state === "ready")) reasons.push("no executor is ready");
  return reasons;
}
