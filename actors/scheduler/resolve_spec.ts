import { mergeRetry } from "../domain/retry_policy.ts";
import { DEFAULTS, type RetryPolicy, type TaskSpec } from "../domain/task.ts";
import type { Submission } from "../protocol.ts";
import type { Method } from "./method_table.ts";

/** What a submission is given besides itself. */
export interface SpecPlace {
  readonly num: number;
  readonly workflow: { readonly id: string; readonly num: number } | null;
  /** Ids, with the keys of a workflow already replaced. */
  readonly deps: readonly string[];
  readonly wave: number;
  readonly now: number;
}

/** Fills in what is not said: the submission's settings win over the definition's, those over the defaults. */
export function resolveSpec(
  submission: Submission,
  { definition, pool }: Method,
  { num, workflow, deps, wave, now }: SpecPlace,
): TaskSpec {
  return {
    id: submission.id,
    num,
    workflowId: workflow?.id ?? null,
    workflowNum: workflow?.num ?? null,
    key: submission.key,
    method: submission.method,
    args: submission.args,
    deps,
    triggerRule: submission.triggerRule ?? "all_success",
    queue: submission.queue ?? definition.queue ?? DEFAULTS.queue,
    pool,
    priority: submission.priority ?? 0,
    runAt: submission.runAt ?? (submission.delayMs === null ? null : now + submission.delayMs),
    expiresAt: submission.expiresAt,
    timeoutMs: submission.timeoutMs ?? definition.timeoutMs ?? DEFAULTS.timeoutMs,
    heartbeatTimeoutMs: submission.heartbeatTimeoutMs ?? definition.heartbeatTimeoutMs,
    concurrencyKey: submission.concurrencyKey,
    retry: resolveRetry(submission, definition.retry),
    labels: submission.labels,
    wave,
    contentHash: submission.contentHash,
    definition: definition.definition,
    traceparent: submission.traceparent,
    createdAt: now,
    ...failureHandler(submission, definition),
  };
}

/** Nothing for most, which costs them nothing; null switches the definition's off. */
function failureHandler(
  { onFailure }: Submission,
  definition: Method["definition"],
): Pick<TaskSpec, "onFailure"> | undefined {
  if (onFailure === null) return undefined;
  const handler = onFailure ?? definition.onFailure;
  return handler && { onFailure: handler };
}

function resolveRetry(submission: Submission, defined: Partial<RetryPolicy> | null): RetryPolicy {
  const { defaultMaxAttempts } = submission;
  // Nearly every submission is silent about retries: no object of its own for those.
  if (!submission.retry && !defined && defaultMaxAttempts === null) return DEFAULTS.retry;
  const base = defaultMaxAttempts === null
    ? DEFAULTS.retry
    : { ...DEFAULTS.retry, maxAttempts: defaultMaxAttempts };
  return mergeRetry(submission.retry, defined, base);
}
