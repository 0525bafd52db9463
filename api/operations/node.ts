/** Operations on the node itself: what it can run, and how it does. */
import type { MethodView, StatsView, SystemView } from "../schema.ts";
import { countsByQueue, methodView, systemView } from "../task_view.ts";
import { mapped, type Operation } from "./operation.ts";
import type { List } from "./tasks.ts";

/** The registered tasks, by name. */
export const listMethods: Operation<List<MethodView>> = {
  scope: "tasks:read",
  run: async ({ node }) =>
    mapped(await node.service.methods(), (methods) => ({ items: methods.map(methodView) })),
};

/** Counters since the node's start, and rates. */
export const getStats: Operation<StatsView> = {
  scope: "tasks:read",
  async run({ node }) {
    const [stats, depths] = await Promise.all([node.service.stats(), node.service.queueDepths()]);
    if (!depths.ok) return depths;
    return mapped(stats, (counters) => ({
      submitted: counters.submitted,
      finished: counters.finished,
      commits: counters.commits,
      queues: [...countsByQueue(depths.value)].map(([name, counts]) => ({ name, counts })),
      rates: node.rates.perSecond(node.now()),
      resultCache: {
        hits: counters.resultCacheHits,
        misses: counters.resultCacheMisses,
        bytes: counters.resultCacheBytes,
      },
    }));
  },
};

/** The node, its actors, and all nodes that share its database. */
export const getSystem: Operation<SystemView> = {
  scope: "admin",
  async run({ node }) {
    const [system, slots] = await Promise.all([node.service.system(), node.service.slots()]);
    return mapped(system, (status) => systemView(status, slots.ok ? slots.value : null));
  },
};
