/**
 * Traffic: how much came, began and ended in a stretch of time, and how long it waited and ran. Numbers that
 * add up, so that rates, shares and percentiles of any span are sums of small rows.
 */
import { ENDED_STATUSES, type EndedStatus } from "./task.ts";

/** What happened in a stretch of time. */
export interface Traffic {
  readonly submitted: number;
  /** Runs that began. */
  readonly started: number;
  readonly finished: Readonly<Record<EndedStatus, number>>;
  /** Runs that began, by how long they were ready before: see `bucketOf`. */
  readonly waits: readonly number[];
  /** Runs that ended, by how long their code took. */
  readonly runs: readonly number[];
}

/** Traffic of a stretch that began at `at`, epoch ms. */
export interface TrafficAt {
  readonly at: number;
  readonly traffic: Traffic;
}

/** A span of time, cut into stretches; all of it in epoch ms, and in whole periods of `TRAFFIC`. */
export interface TrafficSpan {
  readonly from: number;
  /** The first moment after it. */
  readonly until: number;
  readonly stepMs: number;
}

/** How traffic is kept. */
export const TRAFFIC = {
  /** What is counted together. */
  periodMs: 5_000,
  /** After so long the periods of a minute become one row. */
  foldAfterMs: 6 * 60_000,
  foldedMs: 60_000,
  keepMs: 25 * 3_600_000,
} as const;

/** A bucket holds times twice as long as the one before: up to 1 ms, 2 ms, 4 ms … 2.3 h, and longer ones. */
export const TRAFFIC_BUCKETS = 25;

/** The bucket of a time in ms. */
export function bucketOf(ms: number): number {
  return ms <= 1 ? 0 : Math.min(Math.ceil(Math.log2(ms)), TRAFFIC_BUCKETS - 1);
}

/** No traffic at all. */
export function noTraffic(): Traffic {
  return {
    submitted: 0,
    started: 0,
    finished: { completed: 0, failed: 0, cancelled: 0, skipped: 0 },
    waits: new Array(TRAFFIC_BUCKETS).fill(0),
    runs: new Array(TRAFFIC_BUCKETS).fill(0),
  };
}

/** Both together. */
export function addTraffic(a: Traffic, b: Traffic): Traffic {
  const sum = (x: readonly number[], y: readonly number[]) => x.map((n, i) => n + (y[i] ?? 0));
  const finished = { ...a.finished };
  for (const status of ENDED_STATUSES) finished[status] += b.finished[status];
  return {
    submitted: a.submitted + b.submitted,
    started: a.started + b.started,
    finished,
    waits: sum(a.waits, b.waits),
    runs: sum(a.runs, b.runs),
  };
}

/**
 * The time in ms below which the share `q` of the counted times lie; null where there is none. Inside a
 * bucket they are taken to lie evenly, so that it is true to a factor of two at worst.
 */
export function quantile(buckets: readonly number[], q: number): number | null {
  const total = buckets.reduce((sum, count) => sum + count, 0);
  if (total === 0) return null;
  let rank = q * total;
  let ms = 0;
  for (const [bucket, count] of buckets.entries()) {
    if (count === 0 || rank <= 0) continue;
    const from = bucket === 0 ? 0 : 2 ** (bucket - 1);
    // Nobody knows how much longer the longest were.
    const width = bucket === TRAFFIC_BUCKETS - 1 ? 0 : 2 ** bucket - from;
    ms = from + width * Math.min(rank / count, 1);
    rank -= count;
  }
  return ms;
}

/** Until when, and from when on, traffic is kept by the minute at `now`. */
export function foldedSpan(now: number): { readonly from: number; readonly until: number } {
  const minute = (at: number) => Math.floor(at / TRAFFIC.foldedMs) * TRAFFIC.foldedMs;
  return { from: minute(now - TRAFFIC.keepMs), until: minute(now - TRAFFIC.foldAfterMs) };
}
