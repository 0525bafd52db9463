/** Operations on the node itself: what it can run, how it does, and faults for tests. */
import { getSystem, listMethods } from "../../operations/node.ts";
import { getHistory, getStats } from "../../operations/stats.ts";
import {
  faultInput,
  historyAnswer,
  historyQuery,
  listOf,
  methodAnswer,
  parse,
  statsAnswer,
  systemAnswer,
} from "../../schema.ts";
import { answer, noContent, problem } from "../reply.ts";
import type { Call, Route } from "../route.ts";
import { serve } from "../serve.ts";

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
    summary: "List the registered tasks",
    tag: "node",
    answers: { 200: { description: "By name.", schema: listOf(methodAnswer) } },
    ...serve(listMethods),
  },
  {
    method: "get",
    path: "/api/stats",
    summary: "Get counters, rates, and what waits the longest",
    tag: "node",
    answers: { 200: { description: "The numbers.", schema: statsAnswer } },
    ...serve(getStats),
  },
  {
    method: "get",
    path: "/api/stats/history",
    summary: "Get rates, waits and run times of the last 5 minutes, hour or day",
    tag: "node",
    query: historyQuery,
    answers: {
      200: {
        description: "60 points of 5 s, 60 of a minute, or 288 of 5 minutes, over restarts and " +
          "all nodes that share the database.",
        schema: historyAnswer,
      },
    },
    ...serve(getHistory),
  },
  {
    method: "get",
    path: "/api/system",
    summary: "Get the node, its actors, and all nodes that share its database",
    tag: "node",
    answers: { 200: { description: "The node.", schema: systemAnswer } },
    ...serve(getSystem),
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
