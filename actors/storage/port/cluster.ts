/** The nodes that share a store: their membership, leases and leadership. */
import type { Leadership } from "../../domain/leadership.ts";
import type { NodeState } from "../../domain/lease.ts";
import type { MethodDefinition } from "../../domain/task.ts";

/** Where clients reach a node; null for what does not listen, or does not yet. */
export interface MemberAddress {
  readonly http: string | null;
  readonly grpc: string | null;
}

/** How busy a node is. */
export interface MemberLoad {
  /** Runs that its executors can have at a time. */
  readonly slots: number;
  /** Runs that they have. */
  readonly held: number;
}

/** A node that wants to belong to the cluster. Its id is new at every start and after every loss. */
export interface NewMember {
  readonly id: string;
  readonly version: string;
  readonly definitions: readonly MethodDefinition[];
}

/** A node as the others see it. */
export interface MemberRecord {
  readonly id: string;
  readonly version: string;
  readonly address: MemberAddress;
  readonly state: NodeState;
  readonly load: MemberLoad;
  /** What it says of itself: a short text. Null where the renewal knew it, or nothing was said yet. */
  readonly report: string | null;
  /** Grows with each change of the report. */
  readonly reportRevision: number;
  /** How many methods it knows, and a hash of their definitions: where that is equal, so are they. */
  readonly methods: number;
  readonly methodsHash: string;
  /** Epoch ms of the store's clock. */
  readonly startedAt: number;
  readonly renewedAt: number;
  /** When a sweep or its leave brought it to its state; null while it is active. */
  readonly markedAt: number | null;
  /** Of a node that is gone: nothing is left of its runs. */
  readonly reclaimed: boolean;
}

/** A renewal, with what the others are to know. */
export interface Renewal {
  readonly node: string;
  readonly address: MemberAddress;
  readonly load: MemberLoad;
  /** What the node says of itself from now on; null: what it said before. Nothing when absent. */
  readonly report?: string | null;
  /** The reports that are known already, and are not to be told again. None when absent. */
  readonly knownReports?: readonly ReportVersion[];
}

/** One text of one node. */
export interface ReportVersion {
  readonly node: string;
  readonly revision: number;
}

/** What a renewal came to. */
export interface Renewed {
  /** Epoch ms of the store's clock, as of the renewal. */
  readonly now: number;
  /** The node's own state: renewed only when `active`; null when it is not known at all. */
  readonly state: NodeState | null;
  /** After the election in which the renewal took part. */
  readonly leadership: Leadership;
  /** Live nodes, then those that went within the last hour, newest first; bounded. */
  readonly members: readonly MemberRecord[];
}

/** What a sweep changed. */
export interface Swept {
  readonly suspect: readonly string[];
  readonly lost: readonly string[];
}

/** A leader's right to act. */
export interface LeaderClaim {
  readonly node: string;
  readonly term: number;
}

/**
 * Membership, on a connection of its own, so that a slow commit never costs a node its lease. Every
 * call has a deadline, and fails with `StoreUnavailableError` when the store does not answer.
 */
export interface ClusterStore {
  /**
   * Enters the node, with a slot of its own for counters. One that is there keeps what it has.
   *
   * @throws {StoreFencedError} when it was declared lost.
   * @throws {Error} when all slots are taken.
   */
  join(member: NewMember): Promise<{ readonly slot: number }>;
  /** Renews the lease, stands for election, and says how things are. */
  renew(renewal: Renewal): Promise<Renewed>;
  /**
   * Judges the leases of all nodes, and forgets nodes that went long ago.
   *
   * @throws {NotLeaderError} when the claim is not valid (any more).
   */
  sweep(claim: LeaderClaim): Promise<Swept>;
  /** The definitions of the nodes with these ids that are there. */
  definitionsOf(
    nodes: readonly string[],
  ): Promise<ReadonlyMap<string, readonly MethodDefinition[]>>;
  /** Leaves of its own will: the slot is free, and leadership up to the next who renews. */
  leave(node: string): Promise<void>;
  close(): Promise<void>;
}

/** What a write transaction needs of it. */
export interface ClusterWriter {
  /**
   * Makes sure that the claim is valid until this transaction ends: whoever wants to take over waits.
   *
   * @throws {NotLeaderError} when it is not.
   */
  assertLeading(claim: LeaderClaim): Promise<void>;
  /** Nodes that are lost or have left, and of whose runs nobody has said that all are given back. */
  nodesToReclaim(limit: number): Promise<readonly string[]>;
  /** All runs of a node that is gone were given back. */
  markReclaimed(node: string): Promise<void>;
}

/** A leader's work by a node that does not lead, or not in that term: nothing was written. */
export class NotLeaderError extends Error {
  override readonly name = "NotLeaderError";

  constructor({ node, term }: LeaderClaim) {
    super(`Cannot write as leader: node ${node} does not lead in term ${term} any more`);
  }
}
