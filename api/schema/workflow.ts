/** A graph of tasks as clients submit it. */
import { v7 as uuidv7 } from "uuid";
import { z } from "zod";
import { contentHash } from "../../actors/domain/content_hash.ts";
import { type FieldError, ok, type Result } from "../../actors/domain/error.ts";
import { LIMITS } from "../../actors/domain/task.ts";
import type { SchedulerMessage, Submission } from "../../actors/protocol.ts";
import { invalid, parse } from "./field_errors.ts";
import {
  readTexts,
  type SubmissionContext,
  toSubmission,
  workflowTaskInput,
} from "./submission.ts";
import { idText, nameText } from "./text.ts";
import { explainUnique } from "./unique.ts";

/** A workflow as `POST /api/workflows` takes it. */
export const workflowInput = z.strictObject({
  id: idText.optional().meta({ description: "Made as UUIDv7 when absent." }),
  name: nameText.optional(),
  tasks: z.array(workflowTaskInput).min(1).max(LIMITS.workflowTasks),
}).meta({ id: "WorkflowSubmission" });

type SubmitWorkflow = Omit<Extract<SchedulerMessage, { readonly kind: "SubmitWorkflow" }>, "kind">;

/** Validates a workflow as sent, and makes the message of it. The graph itself is not looked at. */
export function readWorkflow(
  body: unknown,
  context: Omit<SubmissionContext, "at">,
): Result<SubmitWorkflow> {
  const input = parse(workflowInput, body);
  if (!input.ok) return invalid((input.error.errors ?? []).map(explainUnique));
  const hash = contentHash({ ...input.value, id: undefined });
  const errors: FieldError[] = [];
  const tasks: Submission[] = [];
  input.value.tasks.forEach((task, i) => {
    const texts = readTexts(task, { now: context.now, at: `/tasks/${i}` });
    if (!texts.ok) return errors.push(...texts.error.errors ?? []);
    const of = { ...context, key: task.key, ...texts.value, contentHash: hash };
    return tasks.push(toSubmission(task, { ...of, idempotencyKey: null }));
  });
  errors.push(...repeatedIds(input.value.tasks));
  if (errors.length > 0) return invalid(errors);
  return ok({
    id: input.value.id ?? uuidv7(),
    name: input.value.name ?? null,
    contentHash: hash,
    idempotencyKey: context.idempotencyKey,
    tasks,
  });
}

/** Keys are the graph's to check; an id has to be one task's in the workflow, too. */
function* repeatedIds(
  tasks: z.infer<typeof workflowInput>["tasks"],
): Generator<FieldError> {
  const places = new Map<string, number>();
  for (const [place, { id }] of tasks.entries()) {
    if (id === undefined) continue;
    const first = places.get(id);
    if (first === undefined) places.set(id, place);
    else yield { pointer: `/tasks/${place}/id`, message: `is the id of /tasks/${first}, too` };
  }
}
