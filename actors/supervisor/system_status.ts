/** Parts of what `/api/system` shows of a node. */
import type { ActorStatus, ClusterStatus, NodeStatus } from "../protocol.ts";
import type { ActorInfo } from "../runtime/mod.ts";

/** The supervisor with its actors. */
export function actorTree(
  actors: readonly ActorInfo[],
  { draining, startedAt }: { readonly draining: boolean; readonly startedAt: number },
): readonly ActorStatus[] {
  return [
    {
      name: "supervisor",
      parent: null,
      state: draining ? "stopping" : "ready",
      restarts: 0,
      startedAt,
      lastError: null,
      lanes: {},
    },
    ...actors.map(({ name, state, restarts, startedAt, lastError, lanes }) => ({
      name,
      parent: "supervisor",
      state,
      restarts,
      startedAt,
      lastError,
      lanes,
    })),
  ];
}

/** The cluster of a node whose store nobody shares; how busy it is, its dispatcher knows. */
export function clusterOfOne(
  node: Pick<NodeStatus, "id" | "version" | "address" | "startedAt" | "methods">,
): ClusterStatus {
  const load = { slots: 0, held: 0 };
  return {
    term: 1,
    nodes: [{ ...node, state: "active", leader: true, renewedAt: Date.now(), load }],
  };
}
