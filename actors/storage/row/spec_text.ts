/** The text of `task_inputs.spec`: what was accepted, without what goes without saying. */
import type { RetryPolicy, TaskSpec } from "../../domain/task.ts";
import type { NewTask } from "../port.ts";

/** The part of a specification that nothing looks for. */
type ColdSpec = Pick<
  TaskSpec,
  | "workflowId"
  | "key"
  | "deps"
  | "triggerRule"
  | "priority"
  | "runAt"
  | "timeoutMs"
  | "heartbeatTimeoutMs"
  | "retry"
  | "labels"
  | "wave"
  | "contentHash"
  | "definition"
  | "traceparent"
  | "onFailure"
>;

/** As JSON has it; statements alone read the nums of dependencies. */
type StoredSpec =
  & { readonly [Field in keyof ColdSpec]: ColdSpec[Field] | undefined }
  & { readonly depNums: readonly number[] | undefined };

/**
 * What a field that is absent means. These are words of the format, not settings: to change one would
 * change tasks that are on record, so that they stay as they are when the domain's defaults change.
 */
const IMPLIED: Omit<ColdSpec, "contentHash" | "onFailure"> = {
  workflowId: null,
  key: null,
  deps: [],
  triggerRule: "all_success",
  priority: 0,
  runAt: null,
  timeoutMs: 300_000,
  heartbeatTimeoutMs: null,
  retry: {
    maxAttempts: 5,
    backoff: "exponential",
    initialMs: 1_000,
    factor: 2,
    maxMs: 3_600_000,
    jitter: "full",
  },
  labels: {},
  wave: 0,
  definition: null,
  traceparent: null,
};

/** Reads what `encodeSpec` wrote, or an earlier version, which left nothing out. */
export function decodeSpec(json: string): ColdSpec {
  const { depNums: _, ...said } = JSON.parse(json);
  return { ...IMPLIED, ...said };
}

/** What is implied becomes undefined, which JSON leaves out: most tasks need half the room so. */
export function encodeSpec(task: NewTask): string {
  const { deps, depNums, retry, labels } = task;
  return JSON.stringify(
    {
      workflowId: task.workflowId ?? undefined,
      key: task.key ?? undefined,
      deps: deps.length === 0 ? undefined : deps,
      depNums: depNums.length === 0 ? undefined : depNums,
      triggerRule: unlessImplied("triggerRule", task),
      priority: unlessImplied("priority", task),
      runAt: task.runAt ?? undefined,
      timeoutMs: unlessImplied("timeoutMs", task),
      heartbeatTimeoutMs: task.heartbeatTimeoutMs ?? undefined,
      retry: isImpliedRetry(retry) ? undefined : retry,
      labels: Object.keys(labels).length === 0 ? undefined : labels,
      wave: unlessImplied("wave", task),
      contentHash: task.contentHash,
      definition: task.definition ?? undefined,
      traceparent: task.traceparent ?? undefined,
      onFailure: task.onFailure,
    } satisfies StoredSpec,
  );
}

function unlessImplied<Field extends "triggerRule" | "priority" | "timeoutMs" | "wave">(
  field: Field,
  task: NewTask,
): NewTask[Field] | undefined {
  return task[field] === IMPLIED[field] ? undefined : task[field];
}

function isImpliedRetry(retry: RetryPolicy): boolean {
  const implied = IMPLIED.retry;
  return retry.maxAttempts === implied.maxAttempts && retry.backoff === implied.backoff &&
    retry.initialMs === implied.initialMs && retry.factor === implied.factor &&
    retry.maxMs === implied.maxMs && retry.jitter === implied.jitter;
}
