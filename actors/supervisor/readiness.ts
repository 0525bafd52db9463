import type { ActorInfo } from "../runtime/mod.ts";

/** Why a node is not ready; empty when it is. */
export function notReadyReasons(
  actors: readonly ActorInfo[],
  { storeError, draining }: { readonly storeError: string | null; readonly draining: boolean },
): readonly string[] {
  const reasons: string[] = [];
  if (draining) reasons.push("the node is shutting down");
  if (storeError !== null) reasons.push(`the store takes no writes: ${storeError}`);
  const core = actors.filter(({ name }) => !name.startsWith("executor-"));
  for (const { name, state } of core) {
    if (state !== "ready") reasons.push(`actor ${name} is ${state}`);
  }
  const executors = actors.filter(({ name }) => name.startsWith("executor-"));
  if (!executors.some(({ state }) => state === "ready")) reasons.push("no executor is ready");
  return reasons;
}
