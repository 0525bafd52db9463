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
      lastErrorAt: null,
      lanes: {},
    },
    ...actors.map(({ incarnation: _, ...actor }) => ({ ...actor, parent: "supervisor" })),
  ];
}

/** What a node knows of itself without a renewal. */
export type OwnStatus = Omit<NodeStatus, "state" | "leader" | "renewedAt" | "load">;

/** The cluster of a node whose store nobody shares. */
export function clusterOfOne(own: OwnStatus): ClusterStatus {
  return { term: 1, nodes: [{ ...unrenewed(own), leader: true }] };
}

/** What the latest renewal told, with the node itself as it is now, also before its first one. */
export function clusterWith(own: OwnStatus, told: ClusterStatus | undefined): ClusterStatus {
  if (told === undefined) return { term: 0, nodes: [unrenewed(own)] };
  const { report } = own;
  const nodes = told.nodes.map((node) => node.id === own.id ? { ...node, report } : node);
  const isKnown = nodes.some(({ id }) => id === own.id);
  return { ...told, nodes: isKnown ? nodes : [unrenewed(own), ...nodes] };
}

/** How busy it is, its dispatcher knows. */
function unrenewed(own: OwnStatus): NodeStatus {
  const load = { slots: 0, held: 0 };
  return { ...own, state: "active", leader: false, renewedAt: Date.now(), load };
}
