/** Operations on the node itself: what it can run, how it does, and faults for tests. */
import {
  faultInput,
  listOf,
  methodAnswer,
  parse,
  statsAnswer,
  systemAnswer,
} from "../../schema.ts";
import { countsByQueue, methodView, systemView } from "../../task_view.ts";
import { answer, json, noContent, problem } from "../reply.ts";
import type { Call, Route } from "../route.ts";

async function listMethods({ node }: Call): Promise<Response> {
  return answer(
    await node.service.methods(),
    (items) => json(200, { items: items.map(methodView) }),
  );
}

async function getStats({ node }: Call): Promise<Response> {
  const [stats, depths] = await Promise.all([node.service.stats(), node.service.queueDepths()]);
  if (!depths.ok) return problem(depths.error);
  return answer(stats, (counters) => {
    const queues = [...countsByQueue(depths.value)].map(([name, counts]) => ({ name, counts }));
    return json(200, {
      submitted: counters.submitted,
      finished: counters.finished,
      commits: counters.commits,
      queues,
      rates: node.metrics.rates(node.now()),
      resultCache: {
        hits: counters.resultCacheHits,
        misses: counters.resultCacheMisses,
        bytes: counters.resultCacheBytes,
      },
    });
  });
}

async function getSystem({ node }: Call): Promise<Response> {
  const [system, slots] = await Promise.all([node.service.system(), node.service.slots()]);
  const known = slots.ok ? slots.value : null;
  return answer(system, (status) => json(200, systemView(status, known)));
}

async function injectFault({ node, body }: Call): Promise<Response> {
  const input = parse(faultInput, body);
  if (!input.ok) return problem(input.error);
  const { actor, fault } = input.value;
  return answer(await node.service.injectFault(actor, fault), noContent);
}

/** Methods, statistics and the actor tree. */
export const NODE_ROUTES: readonly Route[] = [
  {
    method: "get",
    path: "/api/methods",
    scope: "tasks:read",
    summary: "List the registered tasks",
    tag: "node",
    answers: { 200: { description: "By name.", schema: listOf(methodAnswer) } },
    handle: listMethods,
  },
  {
    method: "get",
    path: "/api/stats",
    scope: "tasks:read",
    summary: "Get counters and rates",
    tag: "node",
    answers: { 200: { description: "Since the start of the node.", schema: statsAnswer } },
    handle: getStats,
  },
  {
    method: "get",
    path: "/api/system",
    scope: "admin",
    summary: "Get the node, its actors, and all nodes that share its database",
    tag: "node",
    answers: { 200: { description: "The node.", schema: systemAnswer } },
    handle: getSystem,
  },
];

/** Only where the configuration lets tests make actors fail. */
export const FAULT_ROUTE: Route = {
  method: "post",
  path: "/api/system/faults",
  scope: "admin",
  summary: "Make an actor fail",
  tag: "node",
  body: { schema: faultInput, optional: false },
  answers: { 204: { description: "Done." } },
  hidden: true,
  handle: injectFault,
};
