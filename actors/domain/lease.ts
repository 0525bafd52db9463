/**
 * Leases: how the nodes of a cluster tell a live one from a dead one.
 *
 * A node renews its lease every `renewMs`. Two clocks judge it, and neither needs the other: the
 * database's, by which a leader declares it lost, in two steps, after `leaseMs`; and the node's own
 * monotonic one, by which it ends its runs before that. Its own starts when a renewal is *sent*, so
 * that it never ends later than the database's, and the time between `terminateMs` and `leaseMs` is
 * what clocks that run at different speeds, and the ending itself, may take.
 */

/** The times of leases, in ms. */
export const LEASE = {
  /** From one renewal to the next. */
  renewMs: 2_000,
  /** Not renewed for so long, a node becomes suspect. */
  leaseMs: 25_000,
  /** From one sweep of the leader to the next. */
  sweepMs: 3_000,
  /** Not renewed for so long, a node is not ready: it could not keep what it takes. */
  lateMs: 6_000,
  /** Not renewed for so long, a node aborts its runs. */
  abortMs: 18_000,
  /** And ends the isolates of those that did not stop. */
  terminateMs: 22_000,
  /** How long a node that is gone is still shown. */
  shownMs: 3_600_000,
} as const;

/** Most nodes at a time: each has a slot of its own for the counters that it keeps. */
export const MAX_NODES = 64;

export const NODE_STATES = ["active", "suspect", "lost", "left"] as const;
/**
 * What a node is to the others: `suspect` has not renewed and may still do so; `lost` and `left` are
 * final, the latter by its own wish. Whoever is neither active nor suspect changes nothing any more.
 */
export type NodeState = (typeof NODE_STATES)[number];

/** What a sweep looks at; epoch ms of the database's clock. */
export interface LeaseRecord {
  readonly state: NodeState;
  readonly renewedAt: number;
  /** When it came to its state, as far as a sweep or its leave brought it there. */
  readonly markedAt: number | null;
}

/** True while a node may change anything. */
export function isMember({ state }: Pick<LeaseRecord, "state">): boolean {
  return state === "active" || state === "suspect";
}

/**
 * What a sweep at `now` makes of a node. Losing it takes two sweeps, so that nodes which all could not
 * renew because the database was away have the time between them to do so.
 */
export function sweep(lease: LeaseRecord, now: number): NodeState {
  const { state, renewedAt, markedAt } = lease;
  // Nobody renewed in the future: the clock was set back, and who lives will soon renew by the new one.
  if (!isMember(lease) || Math.abs(now - renewedAt) <= LEASE.leaseMs) return state;
  if (state === "active") return "suspect";
  return Math.abs(now - (markedAt ?? now)) >= SWEEP_APART_MS ? "lost" : "suspect";
}

/** Sweeps come a little early and late; a second one in quick succession, after a change of leader, counts not. */
const SWEEP_APART_MS = LEASE.sweepMs - 500;

/** What a node has to do about its own runs. */
export type LeaseStanding = "held" | "late" | "aborting" | "terminating";

/** How a node stands that sent its last successful renewal `sinceMs` ago, by its monotonic clock. */
export function standing(sinceMs: number): LeaseStanding {
  if (sinceMs >= LEASE.terminateMs) return "terminating";
  if (sinceMs >= LEASE.abortMs) return "aborting";
  return sinceMs >= LEASE.lateMs ? "late" : "held";
}
