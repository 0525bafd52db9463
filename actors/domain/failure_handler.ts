/** What runs when a task is dead-lettered: how it is named, and what it is told of the failure. */
import { createHash } from "node:crypto";
import { quoteReferences } from "./result_reference.ts";
import { LIMITS, type RetryPolicy, type TaskRecord } from "./task.ts";
import { checkNotation } from "./value_notation.ts";

/** The label of a handler's task that holds the id of the task that failed. */
export const FAILED_TASK_LABEL = "dtask.onFailureOf";

/** A task to be made of a failure: a submission without what has no meaning there. */
export interface FailureHandler {
  readonly method: string;
  /** JSON text of an array; the failure follows as the last argument. */
  readonly args: string;
  readonly queue: string | null;
  readonly priority: number | null;
  /** From the failure on. */
  readonly delayMs: number | null;
  readonly timeoutMs: number | null;
  readonly heartbeatTimeoutMs: number | null;
  readonly concurrencyKey: string | null;
  readonly retry: Partial<RetryPolicy> | null;
  readonly labels: Readonly<Record<string, string>>;
}

/** A handler of which nothing but the method is said. */
export function bareHandler(method: string): FailureHandler {
  return {
    method,
    args: "[]",
    queue: null,
    priority: null,
    delayMs: null,
    timeoutMs: null,
    heartbeatTimeoutMs: null,
    concurrencyKey: null,
    retry: null,
    labels: {},
  };
}

type Failed = Pick<
  TaskRecord,
  "id" | "method" | "args" | "error" | "reason" | "attempt" | "run" | "workflowId" | "key"
>;

/** The id of the task that handles the failure of `task` in its current run; with a `seq` another one. */
export function handlerId(
  { id, run }: Pick<TaskRecord, "id" | "run">,
  seq?: number,
): string {
  const end = `:on-failure:${run}${seq === undefined ? "" : `:${seq}`}`;
  if (id.length + end.length <= LIMITS.idLength) return id + end;
  return createHash("sha256").update(id).digest("hex") + end;
}

/**
 * The arguments of the handler's task: its own, then the failure. Where the failed task's arguments
 * would make them too long or too deep for arguments, those are left out and that is marked.
 */
export function handlerArgs({ args }: FailureHandler, task: Failed): string {
  const own: unknown = JSON.parse(args);
  if (!Array.isArray(own)) throw new Error("the arguments of a failure handler are not an array");
  const whole = [...own, { ...failureOf(task), args: quoteReferences(task.args) }];
  const text = JSON.stringify(whole);
  const fits = new TextEncoder().encode(text).length <= LIMITS.argsBytes &&
    checkNotation(whole, { arguments: true }).length === 0;
  if (fits) return text;
  return JSON.stringify([...own, { ...failureOf(task), args: null, argsOmitted: true }]);
}

function failureOf({ id, method, error, reason, attempt, run, workflowId, key }: Failed) {
  return {
    taskId: id,
    workflowId,
    key: key?.toWellFormed() ?? null,
    method: method.toWellFormed(),
    reason,
    attempt,
    run,
    error: error && {
      name: error.name.toWellFormed(),
      message: error.message.toWellFormed(),
      stack: error.stack?.toWellFormed() ?? null,
    },
  };
}
