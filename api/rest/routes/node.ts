/** Operations on the node itself: what it can run, how it does, and faults for tests. */
import { getSystem, listMethods } from "../../operations/node.ts";
import { getStats } from "../../operations/stats.ts";
import {
  faultInput,
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
    summary: "Get counters and rates",
    tag: "node",
    answers: { 200: { description: "Since the start of the node.", schema: statsAnswer } },
    ...serve(getStats),
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
