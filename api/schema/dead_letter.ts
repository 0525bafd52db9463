/** Dead letters: how they are asked for, changed and shown. */
import { z } from "zod";
import { ok, type Result } from "../../actors/domain/error.ts";
import { FAILURE_REASONS, LIMITS } from "../../actors/domain/task.ts";
import type { DeadLetterFilter } from "../../actors/protocol.ts";
import { attemptAnswer, taskAnswer } from "./answers.ts";
import { parse } from "./field_errors.ts";
import { filterFields, pageFields, toFilter } from "./query.ts";
import { readArgs } from "./submission.ts";
import { dryRun, eitherOf } from "./task_change.ts";
import { idText } from "./text.ts";

const { status: _, ...taskFields } = filterFields;
const fields = { ...taskFields, reason: z.enum(FAILURE_REASONS).optional() };

/** `GET /api/dead-letters`. */
export const deadLetterListQuery = z.strictObject({ ...fields, ...pageFields });

const filterInput = z.strictObject(fields).meta({
  id: "DeadLetterFilter",
  description: "As in the list; `{}` stands for all dead letters.",
});

const choice = {
  ids: z.array(idText).min(1).max(LIMITS.changeIds).optional()
    .meta({ description: "Unknown ones, and tasks that are no dead letters, are not matched." }),
  filter: filterInput.optional(),
};

/** `POST /api/dead-letters/discard`. */
export const discardInput = z.strictObject({ ...choice, dryRun })
  .meta({ id: "DeadLetterDiscard", description: "Either `ids` or `filter`." });

/** `POST /api/dead-letters/redrive`. */
export const redriveInput = z.strictObject({
  ...choice,
  args: z.array(z.unknown()).optional()
    .meta({ description: "Replaces the arguments of each of them." }),
  payload: z.unknown().optional().meta({ description: "Short for `args` with one argument." }),
  dryRun,
}).meta({ id: "DeadLetterRedrive", description: "Either `ids` or `filter`." });

/** A dead letter. */
export const deadLetterAnswer = taskAnswer.extend({
  attempts: z.array(attemptAnswer).meta({ description: "Its newest runs, oldest first." }),
  attemptsOmitted: z.literal(true).optional()
    .meta({ description: "There are older runs; `GET /api/tasks/{id}/attempts` has them." }),
}).meta({ id: "DeadLetter" });

/** A page of dead letters. */
export const deadLetterPageAnswer = z.strictObject({
  items: z.array(deadLetterAnswer),
  nextCursor: z.string().nullable(),
}).meta({ id: "DeadLetterPage" });

/** A dead letter as JSON. */
export type DeadLetterView = z.infer<typeof deadLetterAnswer>;

/** The dead letters that a request chooses. */
export type DeadLetterChoiceInput =
  | { readonly by: "ids"; readonly ids: readonly string[] }
  | { readonly by: "filter"; readonly filter: DeadLetterFilter };

/** A valid request to discard. */
export interface DiscardRequest {
  readonly choice: DeadLetterChoiceInput;
  readonly dryRun: boolean;
}

/** A valid request to redrive. */
export interface RedriveRequest extends DiscardRequest {
  /** JSON text; null keeps each task's own. */
  readonly args: string | null;
}

/** The filter of a list or change as the actors take it. */
export function toDeadLetterFilter(
  { reason, ...filter }: z.infer<typeof filterInput>,
): DeadLetterFilter {
  const { status: _, ...rest } = toFilter(filter);
  return { ...rest, reason: reason ?? null };
}

/** Validates the body of a discard. */
export function readDiscard(body: unknown): Result<DiscardRequest> {
  const input = parse(discardInput, body);
  return input.ok ? readRequest(input.value) : input;
}

/** Validates the body of a redrive. */
export function readRedrive(body: unknown, now: number): Result<RedriveRequest> {
  const input = parse(redriveInput, body);
  if (!input.ok) return input;
  const request = readRequest(input.value);
  if (!request.ok) return request;
  const { args, payload } = input.value;
  if (args === undefined && payload === undefined) return ok({ ...request.value, args: null });
  const text = readArgs({ args, payload }, { now, at: "" });
  return text.ok ? ok({ ...request.value, args: text.value }) : text;
}

function readRequest(
  { ids, filter, dryRun = false }: z.infer<typeof discardInput>,
): Result<DiscardRequest> {
  const chosen = eitherOf(ids, filter);
  if (!chosen.ok) return chosen;
  if (chosen.value.by === "ids") return ok({ choice: chosen.value, dryRun });
  const whole = toDeadLetterFilter(chosen.value.filter);
  return ok({ choice: { by: "filter", filter: whole }, dryRun });
}
