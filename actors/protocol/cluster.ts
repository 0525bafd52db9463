/** What the cluster actor takes and sends, where nodes share a store. */
import type { NodeState } from "../domain/lease.ts";
import type { NodeNews } from "./node_news.ts";
import type { NodeReport } from "./supervisor.ts";

/** A node as `/api/system` shows it. Times are epoch ms of the store's clock. */
export interface NodeStatus {
  readonly id: string;
  readonly version: string;
  readonly address: NodeAddress;
  readonly state: NodeState;
  readonly leader: boolean;
  readonly startedAt: number;
  readonly renewedAt: number;
  /** How many methods it knows. */
  readonly methods: number;
  readonly load: { readonly slots: number; readonly held: number };
  /** What it last said of itself; null where that is not known. */
  readonly report: NodeReport | null;
}

/** Where clients reach a node, as URL and `host:port`; null for what it does not serve. */
export interface NodeAddress {
  readonly http: string | null;
  readonly grpc: string | null;
}

/** The cluster as a node last saw it. */
export interface ClusterStatus {
  /** Of the latest leader, 0 before the first. */
  readonly term: number;
  readonly nodes: readonly NodeStatus[];
}

export type ClusterMessage =
  | {
    /**
     * From the supervisor, at least once between two renewals. A renewal that is sent after it answers
     * with `at`: so the supervisor knows, by its own clock alone, that the lease was held at that time.
     */
    readonly kind: "LeaseTick";
    /** Of the supervisor's monotonic clock. */
    readonly at: number;
    readonly address: NodeAddress;
    /** For the other nodes to see. */
    readonly report: NodeReport;
  }
  /** From the scheduler, after a commit that concerns other nodes. */
  | { readonly kind: "TellOthers"; readonly news: NodeNews };

export interface ClusterProtocol {
  readonly message: ClusterMessage;
  readonly replies: Record<never, never>;
}
