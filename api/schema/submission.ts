/** A task as clients submit it, and how it becomes the message to the scheduler. */
import { v7 as uuidv7 } from "uuid";
import { z } from "zod";
import { contentHash } from "../../actors/domain/content_hash.ts";
import { type FieldError, ok, type Result } from "../../actors/domain/error.ts";
import type { TaskTemplate } from "../../actors/domain/schedule.ts";
import { LIMITS, type TriggerRule } from "../../actors/domain/task.ts";
import type { Submission } from "../../actors/protocol.ts";
import { readArgsText } from "./arguments.ts";
import { invalid, parse } from "./field_errors.ts";
import { onFailureInput, readOnFailure } from "./on_failure.ts";
import { settings, work } from "./task_settings.ts";
import { idText, nameText, timeText } from "./text.ts";
import { readUnique, uniqueInput } from "./unique.ts";

const TRIGGER_RULES = [
  "all_success",
  "all_done",
  "all_failed",
  "one_success",
  "one_failed",
  "none_failed",
  "none_failed_min_one_success",
  "always",
] as const satisfies readonly TriggerRule[];

const taskFields = {
  id: idText.optional().meta({ description: "Made as UUIDv7 when absent." }),
  ...work,
  deps: z.array(nameText).max(LIMITS.deps).optional()
    .meta({ description: "Ids of tasks; in a workflow also keys of it." }),
  triggerRule: z.enum(TRIGGER_RULES).optional(),
  ...settings,
  runAt: timeText.optional(),
  expiresAt: timeText.optional().meta({ description: "Not started by then: failed." }),
  onFailure: onFailureInput.nullable().optional().meta({
    description: "null: nothing, whatever the method says. Default: what the method says.",
  }),
};

/** A task as `POST /api/tasks` takes it. */
export const taskInput = z.strictObject({ ...taskFields, unique: uniqueInput.optional() })
  .meta({ id: "TaskSubmission" });

/** A task of a workflow. */
export const workflowTaskInput = z.strictObject({ key: nameText, ...taskFields })
  .meta({ id: "WorkflowTask" });

/** The form of a submission. */
export type TaskInput = z.infer<typeof taskInput>;
/** The form of a task of a workflow. */
export type WorkflowTaskInput = z.infer<typeof workflowTaskInput>;

/** Tasks of one request, each accepted or refused on its own: their form is checked one by one. */
export const batchInput = z.strictObject({
  tasks: z.array(z.unknown()).min(1).max(LIMITS.batchTasks),
});

/** What a request knows beside its body. */
export interface SubmissionContext {
  /** Epoch ms. */
  readonly now: number;
  readonly idempotencyKey: string | null;
  readonly traceparent: string | null;
  /** Pointer to the submission in the request's body. */
  readonly at: string;
}

/** Validates a submission as sent, and makes the message of it. */
export function readSubmission(body: unknown, context: SubmissionContext): Result<Submission> {
  const input = parse(taskInput, body, context.at);
  if (!input.ok) return input;
  const texts = readTexts(input.value, context);
  if (!texts.ok) return texts;
  return ok(toSubmission(input.value, {
    key: null,
    ...texts.value,
    contentHash: contentHash({ ...input.value, id: undefined }),
    ...context,
  }));
}

/** The arguments as JSON text, and the rules on times that no schema can say. */
export function readArgs(
  input: Pick<TaskInput, "args" | "payload" | "runAt" | "delayMs">,
  { now, at }: Pick<SubmissionContext, "now" | "at">,
): Result<string> {
  const errors = [...timeErrors(input, now, at)];
  const args = readArgsText(input, {
    at,
    maxBytes: LIMITS.argsBytes,
    references: true,
  });
  if (!args.ok) errors.push(...args.error.errors ?? []);
  return errors.length > 0 ? invalid(errors) : args;
}

/** The texts that the schema leaves for a closer look: the arguments, and those of a failure handler. */
export function readTexts(
  input: Omit<TaskInput, "method">,
  context: Pick<SubmissionContext, "now" | "at">,
): Result<TaskTexts> {
  const args = readArgs(input, context);
  const handler = readOnFailure(input.onFailure, `${context.at}/onFailure`);
  if (!args.ok || !handler.ok) {
    return invalid([args, handler].flatMap((read) => read.ok ? [] : read.error.errors ?? []));
  }
  return ok({ args: args.value, ...handler.value });
}

/** What `readTexts` gives. */
export type TaskTexts = Pick<TaskTemplate, "args" | "onFailure">;

/** The message for a valid input. */
export function toSubmission(
  input: TaskInput | WorkflowTaskInput,
  context: Omit<SubmissionContext, "at"> & TaskTexts & Pick<Submission, "key" | "contentHash">,
): Submission {
  return {
    id: input.id ?? uuidv7(),
    ...toTemplate(input, context),
    runAt: input.runAt === undefined ? null : Date.parse(input.runAt),
    expiresAt: input.expiresAt === undefined ? null : Date.parse(input.expiresAt),
    defaultMaxAttempts: null,
    contentHash: context.contentHash,
    idempotencyKey: context.idempotencyKey,
    traceparent: context.traceparent,
  };
}

type TemplateInput =
  & Omit<TaskInput | WorkflowTaskInput, "id" | "runAt" | "expiresAt" | "key" | "onFailure">
  & {
    readonly unique?: TaskInput["unique"];
  };

/** The part of a submission that may be repeated: all but what belongs to one time. */
export function toTemplate(
  input: TemplateInput,
  { key, args, onFailure }: TaskTexts & Pick<TaskTemplate, "key">,
): TaskTemplate {
  return {
    key,
    method: input.method,
    mode: null,
    args,
    deps: input.deps ?? [],
    triggerRule: input.triggerRule ?? null,
    queue: input.queue ?? null,
    priority: input.priority ?? null,
    delayMs: input.delayMs ?? null,
    timeoutMs: input.timeoutMs ?? null,
    heartbeatTimeoutMs: input.heartbeatTimeoutMs ?? null,
    concurrencyKey: input.concurrencyKey ?? null,
    retry: input.retry ?? null,
    labels: input.labels ?? {},
    ...(onFailure !== undefined && { onFailure }),
    ...("unique" in input && input.unique && { unique: readUnique(input.unique) }),
  };
}

function* timeErrors(
  input: Pick<TaskInput, "runAt" | "delayMs">,
  now: number,
  at: string,
): Generator<FieldError> {
  if (input.runAt === undefined) return;
  if (input.delayMs !== undefined) {
    yield { pointer: `${at}/delayMs`, message: "cannot stand together with runAt" };
  }
  if (Date.parse(input.runAt) - now > LIMITS.delayMs) {
    yield { pointer: `${at}/runAt`, message: "at most 10 years from now" };
  }
}
