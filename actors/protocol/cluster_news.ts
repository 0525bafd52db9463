/** What the scheduler is told of the nodes that share its store; on a store of its own, nothing. */
import type { MethodDefinition } from "../domain/task.ts";
import type { NodeNews } from "./node_news.ts";

export type ClusterNews =
  | {
    /** This node leads from now on in this term, or leads no more: null. */
    readonly kind: "LeadershipChanged";
    readonly term: number | null;
  }
  | {
    /** The definitions of the other live nodes, those that this node has too included. */
    readonly kind: "MethodsOfOthersChanged";
    readonly definitions: readonly MethodDefinition[];
  }
  /** Told to the leader: a node was declared lost, or has left, and may have runs to give back. */
  | { readonly kind: "NodesGone" }
  /** Other nodes have committed something. */
  | { readonly kind: "OthersCommitted"; readonly news: NodeNews };
