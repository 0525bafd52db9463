/**
 * Leadership: who does what must happen once (schedules, reclaiming, retention).
 *
 * There is one record of it. Its term grows with each change of hands and never otherwise, and every
 * write of a leader's work looks at the record in its own transaction (`mayWrite`): this alone is what
 * keeps a leader that was paused or cut off from acting after it was replaced. What a node believes
 * by its own clock (`believedTerm`) only saves it the attempt.
 */
import { LEASE } from "./lease.ts";

/** Shorter than a node's lease, so that a lost leader is replaced before anyone has to be reclaimed. */
export const LEADER_LEASE_MS = 15_000;

/**
 * How long a leader believes in its lease: less, by what clocks of two speeds, and the way to the
 * scheduler, may cost.
 */
export const BELIEF_MS = LEADER_LEASE_MS - 2_000;

/** The record; `term` 0 and no node before the first election. */
export interface Leadership {
  readonly term: number;
  readonly node: string | null;
  /** Epoch ms of the database's clock: until then nobody else takes over, unless the holder is gone. */
  readonly until: number;
}

/** A node that renews its lease, and with it stands for election. */
export interface Candidate {
  readonly node: string;
  /** Of the database's clock. */
  readonly now: number;
  /** True when the holder has left or was declared lost. */
  readonly holderGone: boolean;
}

/** What a candidate may do: go on in its term, begin a new one, or nothing. */
export type Election = "renew" | "take" | "wait";

/** A holder whose term has run out is a candidate like any other: others may have seen it end. */
export function elect(current: Leadership, { node, now, holderGone }: Candidate): Election {
  const leftMs = current.until - now;
  // Nobody was ever given half as much: then the clock was set back, as when another server takes over.
  const valid = leftMs > 0 && leftMs <= 2 * LEADER_LEASE_MS;
  if (current.node === null || holderGone || !valid) return "take";
  return current.node === node ? "renew" : "wait";
}

/** The record after a candidate did what it may. */
export function leadershipAfter(current: Leadership, candidate: Candidate): Leadership {
  const election = elect(current, candidate);
  if (election === "wait") return current;
  const { node, now } = candidate;
  const term = election === "take" ? current.term + 1 : current.term;
  return { term, node, until: now + LEADER_LEASE_MS };
}

/** Whether work of `term` by `node` may be written at `now`; asked under a lock of the record. */
export function mayWrite(
  current: Leadership,
  { node, term, now }: { readonly node: string; readonly term: number; readonly now: number },
): boolean {
  return current.node === node && current.term === term && now < current.until;
}

/** A leadership as its holder heard of it, by the holder's monotonic clock. */
export interface Belief {
  readonly term: number;
  /** When the renewal was sent that this is the answer to. */
  readonly sentAt: number;
}

/** The term in which a node may still begin a leader's work; null: none that it can be sure of. */
export function believedTerm(belief: Belief | null, monotonic: number): number | null {
  if (belief === null) return null;
  return monotonic - belief.sentAt < BELIEF_MS ? belief.term : null;
}

/**
 * Whether a leader may judge the leases of others, whose last renewal that failed was sent at
 * `failedAt`: what kept it from the database may have kept them, and they get a lease's time.
 */
export function mayJudge(failedAt: number | null, monotonic: number): boolean {
  return failedAt === null || monotonic - failedAt >= LEASE.leaseMs;
}
