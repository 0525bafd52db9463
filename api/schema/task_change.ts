/** Changes of many tasks: how they are asked for, and what is answered. */
import { z } from "zod";
import { ok, type Result } from "../../actors/domain/error.ts";
import { LIMITS } from "../../actors/domain/task.ts";
import type { TaskChoice } from "../../actors/protocol.ts";
import { invalid, parse } from "./field_errors.ts";
import { filterFields, toFilter } from "./query.ts";
import { readArgs } from "./submission.ts";
import { idText } from "./text.ts";

/** Whether to change anything, or only to say how many it would be. */
export const dryRun = z.boolean().optional().meta({
  description: "Changes nothing, and says how many tasks would be met.",
});

const choice = {
  ids: z.array(idText).min(1).max(LIMITS.changeIds).optional()
    .meta({ description: "Unknown ones, and tasks that can't be changed so, are not matched." }),
  filter: z.strictObject(filterFields).optional()
    .meta({ id: "TaskFilter", description: "As in the list; `{}` stands for all tasks." }),
};

/** `POST /api/tasks/cancel`. */
export const cancelTasksInput = z.strictObject({ ...choice, dryRun })
  .meta({ id: "TasksCancel", description: "Either `ids` or `filter`." });

/** `POST /api/tasks/retry`. */
export const retryTasksInput = z.strictObject({
  ...choice,
  args: z.array(z.unknown()).optional()
    .meta({ description: "Replaces the arguments of each of them." }),
  dryRun,
}).meta({ id: "TasksRetry", description: "Either `ids` or `filter`." });

/** What became of a change of many. */
export const batchChangeAnswer = z.strictObject({
  matched: z.int().min(0),
  changed: z.int().min(0).meta({ description: "0 with `dryRun`." }),
  more: z.literal(true).optional().meta({
    description: "It stopped before it had seen all: there may be more than `matched`.",
  }),
}).meta({ id: "BatchChange" });

/** What became of a change of many, as JSON. */
export type BatchChangeView = z.infer<typeof batchChangeAnswer>;

/** A valid request to change many tasks. */
export interface TaskChangeRequest {
  readonly choice: TaskChoice;
  readonly dryRun: boolean;
}

/** A valid request to retry many tasks; `args` is JSON text, null keeps each task's own. */
export interface TaskRetryRequest extends TaskChangeRequest {
  readonly args: string | null;
}

/** Validates the body of a cancel. */
export function readCancelTasks(body: unknown): Result<TaskChangeRequest> {
  const input = parse(cancelTasksInput, body);
  return input.ok ? readRequest(input.value) : input;
}

/** Validates the body of a retry. */
export function readRetryTasks(body: unknown, now: number): Result<TaskRetryRequest> {
  const input = parse(retryTasksInput, body);
  if (!input.ok) return input;
  const request = readRequest(input.value);
  const { args } = input.value;
  if (!request.ok || args === undefined) {
    return request.ok ? ok({ ...request.value, args: null }) : request;
  }
  const text = readArgs({ args }, { now, at: "" });
  return text.ok ? ok({ ...request.value, args: text.value }) : text;
}

function readRequest(
  { ids, filter, dryRun = false }: z.infer<typeof cancelTasksInput>,
): Result<TaskChangeRequest> {
  const chosen = eitherOf(ids, filter);
  if (!chosen.ok) return chosen;
  if (chosen.value.by === "ids") return ok({ choice: chosen.value, dryRun });
  const whole = { ...toFilter(chosen.value.filter), reason: null };
  return ok({ choice: { by: "filter", filter: whole }, dryRun });
}

/** What a request gives of the two that it may choose by; exactly one has to be there. */
export function eitherOf<F>(
  ids: readonly string[] | undefined,
  filter: F | undefined,
): Result<
  | { readonly by: "ids"; readonly ids: readonly string[] }
  | { readonly by: "filter"; readonly filter: F }
> {
  if (ids !== undefined && filter !== undefined) {
    return invalid([{ pointer: "/filter", message: "cannot stand together with ids" }]);
  }
  if (ids !== undefined) return ok({ by: "ids", ids });
  if (filter !== undefined) return ok({ by: "filter", filter });
  return invalid([{ pointer: "/filter", message: "give ids, or a filter ({} for all of them)" }]);
}
