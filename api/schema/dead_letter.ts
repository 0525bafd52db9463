/** Dead letters: how they are asked for, changed and shown. */
import { z } from "zod";
import { ok, type Result } from "../../actors/domain/error.ts";
import { FAILURE_REASONS, LIMITS } from "../../actors/domain/task.ts";
import type { DeadLetterFilter } from "../../actors/protocol.ts";
import { attemptAnswer, taskAnswer } from "./answers.ts";
import { invalid, parse } from "./field_errors.ts";
import { filterFields, pageFields, toFilter } from "./query.ts";
import { readArgs } from "./submission.ts";
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
  ids: z.array(idText).min(1).max(LIMITS.deadLetterIds).optional()
    .meta({ description: "Unknown ones, and tasks that are no dead letters, are not matched." }),
  filter: filterInput.optional(),
};

/** `POST /api/dead-letters/discard`. */
export const discardInput = z.strictObject(choice)
  .meta({ id: "DeadLetterDiscard", description: "Either `ids` or `filter`." });

/** `POST /api/dead-letters/redrive`. */
export const redriveInput = z.strictObject({
  ...choice,
  args: z.array(z.unknown()).optional()
    .meta({ description: "Replaces the arguments of each of them." }),
  payload: z.unknown().optional().meta({ description: "Short for `args` with one argument." }),
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

/** What became of a change of many. */
export const batchDecisionAnswer = z.strictObject({
  matched: z.int().min(0),
  changed: z.int().min(0),
}).meta({ id: "BatchDecision" });

/** A dead letter as JSON. */
export type DeadLetterView = z.infer<typeof deadLetterAnswer>;

/** The dead letters that a request chooses. */
export type DeadLetterChoiceInput =
  | { readonly by: "ids"; readonly ids: readonly string[] }
  | { readonly by: "filter"; readonly filter: DeadLetterFilter };

/** A valid request to redrive. */
export interface RedriveRequest {
  readonly choice: DeadLetterChoiceInput;
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
export function readDiscard(body: unknown): Result<DeadLetterChoiceInput> {
  const input = parse(discardInput, body);
  return input.ok ? readChoice(input.value) : input;
}

/** Validates the body of a redrive. */
export function readRedrive(body: unknown, now: number): Result<RedriveRequest> {
  const input = parse(redriveInput, body);
  if (!input.ok) return input;
  const choice = readChoice(input.value);
  if (!choice.ok) return choice;
  const { args, payload } = input.value;
  if (args === undefined && payload === undefined) return ok({ choice: choice.value, args: null });
  const text = readArgs({ args, payload }, { now, at: "" });
  return text.ok ? ok({ choice: choice.value, args: text.value }) : text;
}

function readChoice({ ids, filter }: z.infer<typeof discardInput>): Result<DeadLetterChoiceInput> {
  if (ids !== undefined && filter !== undefined) {
    return invalid([{ pointer: "/filter", message: "cannot stand together with ids" }]);
  }
  if (ids !== undefined) return ok({ by: "ids", ids });
  if (filter !== undefined) return ok({ by: "filter", filter: toDeadLetterFilter(filter) });
  const message = "give ids, or a filter ({} for all dead letters)";
  return invalid([{ pointer: "/filter", message }]);
}
