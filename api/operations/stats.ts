/** How the node is doing, in numbers: of maintained counters alone, so that it costs the same in any store. */
import { ok, type Result } from "../../actors/domain/error.ts";
import { historyQuery, type HistoryView, parse, type StatsView } from "../schema.ts";
import { countsByQueue } from "../task_view.ts";
import type { Operation, OperationNode } from "./operation.ts";

/** What the numbers come from. */
export type StatsSource = Pick<
  OperationNode,
  "service" | "deadLetters" | "traffic" | "rates" | "now"
>;

/** Counters since the node's start, the queues as they are, and what happened lately. */
export async function readStats(source: StatsSource): Promise<Result<StatsView>> {
  const { service, deadLetters, traffic, rates } = source;
  const now = source.now();
  const [stats, depths, dead, first, windows] = await Promise.all([
    service.stats(),
    service.queueDepths(),
    deadLetters.counts(),
    traffic.firstInLine(),
    traffic.windows(now),
  ]);
  if (!depths.ok) return depths;
  if (!stats.ok) return stats;
  if (!dead.ok) return dead;
  if (!first.ok) return first;
  if (!windows.ok) return windows;
  const { submitted, finished, commits, ...counters } = stats.value;
  return ok({
    submitted,
    finished,
    commits,
    queues: [...countsByQueue(depths.value)].map(([name, counts]) => ({ name, counts })),
    rates: rates.perSecond(now),
    resultCache: {
      hits: counters.resultCacheHits,
      misses: counters.resultCacheMisses,
      bytes: counters.resultCacheBytes,
    },
    deadLetters: dead.value.reduce((sum, { count }) => sum + count, 0),
    oldestWaiting: first.value.map(({ queue, id, readyAt }) => ({
      queue,
      id,
      since: new Date(readyAt).toISOString(),
    })),
    windows: windows.value,
  });
}

/** The same, for whoever asks. */
export const getStats: Operation<StatsView> = {
  scope: "tasks:read",
  run: ({ node }) => readStats(node),
};

/** What happened lately, in steps. */
export const getHistory: Operation<HistoryView> = {
  scope: "tasks:read",
  input: "query",
  async run({ node, input }) {
    const query = parse(historyQuery, input);
    return query.ok ? await node.traffic.history(query.value.window, node.now()) : query;
  },
};
