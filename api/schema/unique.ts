/** Beside which other task a submission makes none, as clients say it. */
import { z } from "zod";
import type { FieldError } from "../../actors/domain/error.ts";
import { LIMITS, TASK_STATUSES } from "../../actors/domain/task.ts";
import { LIVE_STATUSES, type Uniqueness } from "../../actors/domain/uniqueness.ts";
import { nameText } from "./text.ts";

/** The form of `unique`. */
export const uniqueInput = z.strictObject({
  key: nameText.optional()
    .meta({ description: "A string of your own that has to be equal, beside the method." }),
  by: z.enum(["args", "method"]).optional().meta({
    description: "What else has to be equal: method and arguments, or the method alone. " +
      "Default: args; with a key: method.",
  }),
  withinMs: z.int().min(1).max(LIMITS.delayMs).optional().meta({
    description: "A task created longer ago does not count. Default: its age does not matter.",
  }),
  states: z.array(z.enum(TASK_STATUSES)).min(1).max(TASK_STATUSES.length).optional().meta({
    description: "The statuses in which a task counts. Default: those of a task that has not " +
      "ended. Ended ones count as long as retention keeps them.",
  }),
}).meta({
  id: "Unique",
  description: "While a task of the same work exists, the answer is that task with " +
    "`duplicate: true`, and nothing is stored. Compared are tasks that were submitted with " +
    "`unique`, in whatever queue. Not in workflows.",
  example: { by: "args", withinMs: 3_600_000 },
});

/** What was said, with its defaults. */
export function readUnique(input: z.infer<typeof uniqueInput>): Uniqueness {
  const key = input.key ?? null;
  return {
    key,
    by: input.by ?? (key === null ? "args" : "method"),
    withinMs: input.withinMs ?? null,
    states: [...new Set(input.states ?? LIVE_STATUSES)],
  };
}

/** The same as clients say it. */
export function uniqueView(unique: Uniqueness): z.infer<typeof uniqueInput> {
  const { key, by, withinMs, states } = unique;
  return {
    ...(key === null ? undefined : { key }),
    by,
    ...(withinMs === null ? undefined : { withinMs }),
    states: [...states],
  };
}

const IN_WORKFLOW = /\/tasks\/\d+\/unique$/;

/** Says why a workflow's task takes no `unique`, where that is the fault. */
export function explainUnique(error: FieldError): FieldError {
  if (!IN_WORKFLOW.test(error.pointer)) return error;
  return {
    ...error,
    message: "cannot be given in a workflow: what depends on the task would wait for one of " +
      "another submission",
  };
}
