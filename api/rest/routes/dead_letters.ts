/** Operations on dead letters. */
import type { Result } from "../../../actors/domain/error.ts";
import type { BatchDecision, DeadLetter } from "../../../actors/protocol.ts";
import {
  batchDecisionAnswer,
  deadLetterListQuery,
  deadLetterPageAnswer,
  discardInput,
  parse,
  readDiscard,
  readRedrive,
  redriveInput,
  toDeadLetterFilter,
} from "../../schema.ts";
import { attemptView, taskView } from "../../task_view.ts";
import { answer, json, problem } from "../reply.ts";
import { type Call, queryOf, type Route } from "../route.ts";

const tag = "dead letters";

async function listDeadLetters(call: Call): Promise<Response> {
  const query = parse(deadLetterListQuery, queryOf(call));
  if (!query.ok) return problem(query.error);
  const { limit, cursor, ...filter } = query.value;
  const page = { limit, cursor: cursor ?? null };
  return answer(
    await call.node.deadLetters.list(toDeadLetterFilter(filter), page),
    ({ items, nextCursor }) => json(200, { items: items.map(deadLetterView), nextCursor }),
  );
}

function deadLetterView({ task, runs, runsOmitted }: DeadLetter) {
  return {
    ...taskView(task),
    attempts: runs.map(attemptView),
    ...(runsOmitted ? { attemptsOmitted: true } : undefined),
  };
}

async function redrive({ node, body, request }: Call): Promise<Response> {
  const input = readRedrive(body, node.now());
  if (!input.ok) return problem(input.error);
  const { choice, args } = input.value;
  const action = { kind: "redrive", args } as const;
  return decided(await node.deadLetters.change(choice, action, request.signal));
}

async function discard({ node, body, request }: Call): Promise<Response> {
  const choice = readDiscard(body);
  if (!choice.ok) return problem(choice.error);
  const action = { kind: "discard" } as const;
  return decided(await node.deadLetters.change(choice.value, action, request.signal));
}

function decided(result: Result<BatchDecision>): Response {
  return answer(result, ({ matched, changed }) => json(200, { matched, changed }));
}

const decision = {
  description:
    "How many dead letters were found and changed. By filter, one call changes at most " +
    "100,000: call again when it says so many. What fails while the call is going on is left out.",
  schema: batchDecisionAnswer,
};

/** `/api/dead-letters` and all below it. */
export const DEAD_LETTER_ROUTES: readonly Route[] = [
  {
    method: "get",
    path: "/api/dead-letters",
    scope: "tasks:read",
    summary: "List failed tasks that were not discarded, newest first, with their runs",
    tag,
    query: deadLetterListQuery,
    answers: { 200: { description: "A page; it may be short.", schema: deadLetterPageAnswer } },
    handle: listDeadLetters,
  },
  {
    method: "post",
    path: "/api/dead-letters/redrive",
    scope: "tasks:write",
    summary: "Run dead letters again, with what they had skipped, by ids or by filter",
    tag,
    body: { schema: redriveInput, optional: false },
    answers: { 200: decision },
    handle: redrive,
  },
  {
    method: "post",
    path: "/api/dead-letters/discard",
    scope: "tasks:write",
    summary: "Give dead letters up, by ids or by filter; the failed tasks stay",
    tag,
    body: { schema: discardInput, optional: false },
    answers: { 200: decision },
    handle: discard,
  },
];
