/** A task as clients submit it, and how it becomes the message to the scheduler. */
import { v7 as uuidv7 } from "uuid";
import { z } from "zod";
import { contentHash } from "../../actors/domain/content_hash.ts";
import { type FieldError, ok, type Result } from "../../actors/domain/error.ts";
import type { TaskTemplate } from "../../actors/domain/schedule.ts";
import { LIMITS, type TriggerRule } from "../../actors/domain/task.ts";
import { checkNotation } from "../../actors/domain/value.ts";
import type { Submission } from "../../actors/protocol.ts";
import { invalid, parse } from "./field_errors.ts";
import { idText, labelText, nameText, queueText, timeText } from "./text.ts";
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

/** How often, and how long after each other, a task is tried. */
export const retryInput = z.strictObject({
  maxAttempts: z.int().min(1).max(LIMITS.attempts).exactOptional(),
  backoff: z.enum(["fixed", "linear", "exponential"]).exactOptional(),
  initialMs: z.int().min(0).max(LIMITS.delayMs).exactOptional(),
  factor: z.number().min(1).max(1_000).exactOptional(),
  maxMs: z.int().min(0).max(LIMITS.delayMs).exactOptional(),
  jitter: z.enum(["full", "none"]).exactOptional(),
}).meta({ id: "RetryPolicy", description: "What is absent is the method's, then the server's." });

/** Labels. A record passes over the key `__proto__` in silence, so that is refused before. */
const labelsInput = z.preprocess((value, context) => {
  if (typeof value === "object" && value !== null && Object.hasOwn(value, "__proto__")) {
    context.addIssue({ code: "custom", message: "__proto__ is not a possible name" });
  }
  return value;
}, z.record(nameText, labelText)).refine(
  (labels) => Object.keys(labels).length <= LIMITS.labels,
  `at most ${LIMITS.labels} labels`,
);

const timeoutInput = z.int().min(1).max(LIMITS.timeoutMs);

const taskFields = {
  id: idText.optional().meta({ description: "Made as UUIDv7 when absent." }),
  method: nameText,
  args: z.array(z.unknown()).optional().meta({ description: "Default: none." }),
  payload: z.unknown().optional().meta({ description: "Short for `args` with one argument." }),
  deps: z.array(nameText).max(LIMITS.deps).optional()
    .meta({ description: "Ids of tasks; in a workflow also keys of it." }),
  triggerRule: z.enum(TRIGGER_RULES).optional(),
  queue: queueText.optional(),
  priority: z.int().min(-100).max(100).optional().meta({ description: "Higher first." }),
  runAt: timeText.optional(),
  delayMs: z.int().min(0).max(LIMITS.delayMs).optional(),
  expiresAt: timeText.optional().meta({ description: "Not started by then: failed." }),
  timeoutMs: timeoutInput.optional().meta({ description: "One attempt." }),
  heartbeatTimeoutMs: timeoutInput.optional(),
  concurrencyKey: nameText.optional(),
  retry: retryInput.optional(),
  labels: labelsInput.optional(),
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
  const args = readArgs(input.value, context);
  if (!args.ok) return args;
  return ok(toSubmission(input.value, {
    key: null,
    args: args.value,
    contentHash: contentHash({ ...input.value, id: undefined }),
    ...context,
  }));
}

/** The arguments as JSON text, and every rule that no schema can say. */
export function readArgs(
  input: Omit<TaskInput, "method">,
  { now, at }: Pick<SubmissionContext, "now" | "at">,
): Result<string> {
  const errors = [...timeErrors(input, now, at)];
  if (input.args !== undefined && input.payload !== undefined) {
    errors.push({ pointer: `${at}/payload`, message: "cannot stand together with args" });
  }
  const [args, pointer] = input.payload === undefined
    ? [input.args ?? [], `${at}/args`]
    : [[input.payload], `${at}/payload`];
  for (const error of checkNotation(args, { arguments: true, pointer })) {
    // The one argument of a payload is not inside a list in the request.
    const place = input.payload === undefined ? "" : "/0";
    errors.push({ ...error, pointer: error.pointer.replace(pointer + place, pointer) });
  }
  if (errors.length > 0) return invalid(errors);
  const text = JSON.stringify(args);
  if (byteLengthAbove(text, LIMITS.argsBytes)) {
    return invalid([{ pointer, message: `at most ${LIMITS.argsBytes} bytes as JSON` }]);
  }
  return ok(text);
}

/** The message for a valid input. */
export function toSubmission(
  input: TaskInput | WorkflowTaskInput,
  context: Omit<SubmissionContext, "at"> & Pick<Submission, "key" | "args" | "contentHash">,
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

type TemplateInput = Omit<TaskInput | WorkflowTaskInput, "id" | "runAt" | "expiresAt" | "key"> & {
  readonly unique?: TaskInput["unique"];
};

/** The part of a submission that may be repeated: all but what belongs to one time. */
export function toTemplate(
  input: TemplateInput,
  { key, args }: Pick<TaskTemplate, "key" | "args">,
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
    ...("unique" in input && input.unique && { unique: readUnique(input.unique) }),
  };
}

function* timeErrors(
  input: Omit<TaskInput, "method">,
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

/** True when `text` takes more than `max` bytes as UTF-8; most texts are too short to be encoded. */
function byteLengthAbove(text: string, max: number): boolean {
  if (text.length > max) return true;
  if (text.length * 3 <= max) return false;
  return new TextEncoder().encode(text).length > max;
}
