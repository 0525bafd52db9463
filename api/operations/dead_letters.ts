/** Operations on dead letters. */
import type { BatchDecision, DeadLetter } from "../../actors/protocol.ts";
import {
  deadLetterListQuery,
  type DeadLetterView,
  parse,
  readDiscard,
  readRedrive,
  toDeadLetterFilter,
} from "../schema.ts";
import { attemptView, taskView } from "../task_view.ts";
import { mapped, type Operation } from "./operation.ts";
import type { ListPage } from "./tasks.ts";

/** Failed tasks that were not discarded, newest first, with their runs. */
export const listDeadLetters: Operation<ListPage<DeadLetterView>> = {
  scope: "tasks:read",
  input: "query",
  async run({ node, input }) {
    const query = parse(deadLetterListQuery, input);
    if (!query.ok) return query;
    const { limit, cursor, ...filter } = query.value;
    const page = { limit, cursor: cursor ?? null };
    const letters = await node.deadLetters.list(toDeadLetterFilter(filter), page);
    return mapped(letters, ({ items, nextCursor }) => ({
      items: items.map(deadLetterView),
      nextCursor,
    }));
  },
};

/** Runs dead letters again, with what they had skipped. */
export const redriveDeadLetters: Operation<BatchDecision> = {
  scope: "tasks:write",
  input: "body",
  async run({ node, input, signal }) {
    const request = readRedrive(input, node.now());
    if (!request.ok) return request;
    const { choice, args } = request.value;
    const changed = await node.deadLetters.change(choice, { kind: "redrive", args }, signal());
    return mapped(changed, decision);
  },
};

/** Gives dead letters up; the failed tasks stay. */
export const discardDeadLetters: Operation<BatchDecision> = {
  scope: "tasks:write",
  input: "body",
  async run({ node, input, signal }) {
    const choice = readDiscard(input);
    if (!choice.ok) return choice;
    const changed = await node.deadLetters.change(choice.value, { kind: "discard" }, signal());
    return mapped(changed, decision);
  },
};

function deadLetterView({ task, runs, runsOmitted }: DeadLetter): DeadLetterView {
  return {
    ...taskView(task),
    attempts: runs.map(attemptView),
    ...(runsOmitted ? { attemptsOmitted: true } : undefined),
  };
}

function decision({ matched, changed }: BatchDecision): BatchDecision {
  return { matched, changed };
}
