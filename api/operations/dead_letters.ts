/** Operations on dead letters. */
import type { Result } from "../../actors/domain/error.ts";
import type { DeadLetter, TaskChoice } from "../../actors/protocol.ts";
import type { BatchChange } from "../batch_change.ts";
import type { DeadLetterAction } from "../dead_letter_service.ts";
import {
  type BatchChangeView,
  deadLetterListQuery,
  type DeadLetterView,
  type DiscardRequest,
  parse,
  readDiscard,
  readRedrive,
  toDeadLetterFilter,
} from "../schema.ts";
import { attemptView, taskView } from "../task_view.ts";
import { mapped, type Operation, type OperationCall } from "./operation.ts";
import { batchChangeView } from "./task_changes.ts";
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
export const redriveDeadLetters: Operation<BatchChangeView> = {
  scope: "tasks:write",
  input: "body",
  async run(call) {
    const request = readRedrive(call.input, call.node.now());
    if (!request.ok) return request;
    const action = { kind: "redrive", args: request.value.args } as const;
    return mapped(await change(call, request.value, action), batchChangeView);
  },
};

/** Gives dead letters up; the failed tasks stay. */
export const discardDeadLetters: Operation<BatchChangeView> = {
  scope: "tasks:write",
  input: "body",
  async run(call) {
    const request = readDiscard(call.input);
    if (!request.ok) return request;
    return mapped(await change(call, request.value, { kind: "discard" }), batchChangeView);
  },
};

function deadLetterView({ task, runs, runsOmitted }: DeadLetter): DeadLetterView {
  return {
    ...taskView(task),
    attempts: runs.map(attemptView),
    ...(runsOmitted ? { attemptsOmitted: true } : undefined),
  };
}

/** Changes what is chosen, or counts it where that is all that was asked for. */
function change(
  { node, signal }: OperationCall,
  { choice, dryRun }: DiscardRequest,
  action: DeadLetterAction,
): Promise<Result<BatchChange>> {
  if (!dryRun) return node.deadLetters.change(choice, action, signal());
  const same: TaskChoice = choice.by === "ids"
    ? choice
    : { by: "filter", filter: { ...choice.filter, status: null } };
  return node.changes.count("redrive", same, signal());
}
