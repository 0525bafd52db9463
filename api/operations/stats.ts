/** How the node is doing, in numbers: of maintained counters alone, so that it costs the same in any store. */
import type { Result } from "../../actors/domain/error.ts";
import type { StatsView } from "../schema.ts";
import { countsByQueue } from "../task_view.ts";
import { mapped, type Operation, type OperationNode } from "./operation.ts";

/** What the numbers come from. */
export type StatsSource = Pick<OperationNode, "service" | "rates" | "now">;

/** Counters since the node's start, the queues as they are, and rates of the last minute. */
export async function readStats({ service, rates, now }: StatsSource): Promise<Result<StatsView>> {
  const [stats, depths] = await Promise.all([service.stats(), service.queueDepths()]);
  if (!depths.ok) return depths;
  return mapped(stats, (counters) => ({
    submitted: counters.submitted,
    finished: counters.finished,
    commits: counters.commits,
    queues: [...countsByQueue(depths.value)].map(([name, counts]) => ({ name, counts })),
    rates: rates.perSecond(now()),
    resultCache: {
      hits: counters.resultCacheHits,
      misses: counters.resultCacheMisses,
      bytes: counters.resultCacheBytes,
    },
  }));
}

/** The same, for whoever asks. */
export const getStats: Operation<StatsView> = {
  scope: "tasks:read",
  run: ({ node }) => readStats(node),
};
