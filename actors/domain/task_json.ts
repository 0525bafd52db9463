/**
 * Tasks and workflows as the JSON that users see, field by field in the documented order. It stands here
 * because the reader writes long answers itself: see `JsonText`.
 */
import { isoTime, isoTimeOrNull } from "./iso_time.ts";
import type { TaskRecord, WorkflowRecord } from "./task.ts";

/** A task; texts that the record leaves out, or all with `omitTexts`, are marked as omitted. */
export function taskJson(task: TaskRecord, omitTexts = false) {
  const argsOmitted = omitTexts || task.argsOmitted === true;
  const resultOmitted = omitTexts ? task.status === "completed" : task.resultOmitted === true;
  return {
    id: task.id,
    workflowId: task.workflowId,
    key: task.key,
    method: task.method,
    args: argsOmitted ? null : parseArgs(task.args),
    ...(argsOmitted ? { argsOmitted } : undefined),
    deps: [...task.deps],
    triggerRule: task.triggerRule,
    queue: task.queue,
    priority: task.priority,
    status: task.status,
    reason: task.reason,
    wave: task.wave,
    run: task.run,
    attempt: task.attempt,
    maxAttempts: task.retry.maxAttempts,
    crashes: task.crashes,
    runAt: isoTimeOrNull(task.runAt),
    createdAt: isoTime(task.createdAt),
    startedAt: isoTimeOrNull(task.startedAt),
    finishedAt: isoTimeOrNull(task.finishedAt),
    cancelRequestedAt: isoTimeOrNull(task.cancelRequestedAt),
    timeoutMs: task.timeoutMs,
    result: resultOmitted || task.result === null ? null : JSON.parse(task.result),
    ...(resultOmitted ? { resultOmitted } : undefined),
    error: task.error,
    progress: task.progress,
    labels: task.labels,
    concurrencyKey: task.concurrencyKey,
    node: task.node,
    executor: task.executor,
    definition: task.definition,
    seq: String(task.seq),
  };
}

/** A workflow. */
export function workflowJson(workflow: WorkflowRecord) {
  return {
    id: workflow.id,
    name: workflow.name,
    status: workflow.status,
    counts: workflow.counts,
    createdAt: isoTime(workflow.createdAt),
    finishedAt: isoTimeOrNull(workflow.finishedAt),
  };
}

function parseArgs(text: string): unknown[] {
  const args: unknown = JSON.parse(text);
  if (!Array.isArray(args)) throw new Error(`The arguments of a task are not an array: ${text}`);
  return args;
}
