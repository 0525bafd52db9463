/** Traffic as rates, shares and percentiles. */
import { ENDED_STATUSES } from "../actors/domain/task.ts";
import { noTraffic, quantile, type Traffic, type TrafficAt } from "../actors/domain/traffic.ts";
import type { HistoryView, TrafficView, TrafficWindow } from "./schema.ts";

/** How far back a window reaches, and how it is cut into points. */
export const WINDOW_SPANS: Readonly<Record<TrafficWindow, { spanMs: number; stepMs: number }>> = {
  "5m": { spanMs: 5 * 60_000, stepMs: 5_000 },
  "1h": { spanMs: 3_600_000, stepMs: 60_000 },
  "24h": { spanMs: 24 * 3_600_000, stepMs: 5 * 60_000 },
};

/** A window that ends with the step in which `now` is; epoch ms. */
export function windowAt(
  window: TrafficWindow,
  now: number,
): { readonly from: number; readonly until: number; readonly stepMs: number } {
  const { spanMs, stepMs } = WINDOW_SPANS[window];
  const until = (Math.floor(now / stepMs) + 1) * stepMs;
  return { from: until - spanMs, until, stepMs };
}

/** What happened from `from` to `now`. */
export function trafficView(traffic: Traffic, from: number, now: number): TrafficView {
  const { submitted, started, finished } = traffic;
  const perSecond = rateOver(from, now);
  const judged = finished.completed + finished.failed;
  return {
    submitted,
    started,
    finished,
    submittedPerSecond: perSecond(submitted),
    startedPerSecond: perSecond(started),
    finishedPerSecond: perSecond(ENDED_STATUSES.reduce((sum, one) => sum + finished[one], 0)),
    successRate: judged === 0 ? null : finished.completed / judged,
    ...times(traffic),
  };
}

/** One point a step of a window, with or without traffic; `sums` are those with. */
export function historyPoints(
  sums: readonly TrafficAt[],
  { from, until, stepMs }: ReturnType<typeof windowAt>,
  now: number,
): HistoryView["points"] {
  const byTime = new Map(sums.map(({ at, traffic }) => [at, traffic]));
  return Array.from({ length: (until - from) / stepMs }, (_, index) => {
    const at = from + index * stepMs;
    const traffic = byTime.get(at) ?? noTraffic();
    const perSecond = rateOver(at, Math.min(at + stepMs, now));
    const finished = { ...traffic.finished };
    for (const status of ENDED_STATUSES) finished[status] = perSecond(finished[status]);
    return {
      at: new Date(at).toISOString(),
      submittedPerSecond: perSecond(traffic.submitted),
      startedPerSecond: perSecond(traffic.started),
      finishedPerSecond: finished,
      ...times(traffic),
    };
  });
}

function rateOver(from: number, to: number): (count: number) => number {
  // What has only just begun says little: it counts as a second.
  const seconds = Math.max(to - from, 1_000) / 1_000;
  return (count) => Math.round(count / seconds * 1_000) / 1_000;
}

function times({ waits, runs }: Traffic): Pick<TrafficView, "waitMs" | "runMs"> {
  return { waitMs: percentiles(waits), runMs: percentiles(runs) };
}

function percentiles(buckets: readonly number[]): TrafficView["waitMs"] {
  const at = (q: number) => quantile(buckets, q);
  const [p50, p95, p99] = [at(0.5), at(0.95), at(0.99)].map((ms) => ms && Math.round(ms * 10) / 10);
  if (p50 === null || p50 === undefined) return null;
  return { p50, p95: p95 ?? p50, p99: p99 ?? p50 };
}
