/** Records as the JSON that users see, field by field in the documented order. */
import { isoTime, isoTimeOrNull } from "../actors/domain/iso_time.ts";
import type {
  MethodDefinition,
  QueueConfig,
  RunRecord,
  StoredLogLine,
  TaskRecord,
  TaskStatus,
  WorkflowRecord,
  WorkflowRun,
} from "../actors/domain/task.ts";
import { taskJson, workflowJson } from "../actors/domain/task_json.ts";
import type { LogPage, QueueDepth, SubmittedTask } from "../actors/protocol.ts";
import type {
  AttemptView,
  LogLineView,
  LogPageView,
  MethodView,
  QueueView,
  SubmittedTaskView,
  TaskView,
  WorkflowRunView,
  WorkflowView,
} from "./schema/answers.ts";
import { onFailureView } from "./schema/on_failure.ts";

/** A task; texts that the record leaves out, or all with `omitTexts`, are marked as omitted. */
export const taskView: (task: TaskRecord, omitTexts?: boolean) => TaskView = taskJson;

/** A workflow. */
export const workflowView: (workflow: WorkflowRecord) => WorkflowView = workflowJson;

/** A task as its submission is answered. */
export function submittedView({ task, duplicate }: SubmittedTask): SubmittedTaskView {
  return duplicate === true ? { ...taskView(task), duplicate } : taskView(task);
}

/** A registered task; where it comes from is the nodes' own business. */
export function methodView({ onFailure, builtin: _, ...method }: MethodDefinition): MethodView {
  const { aliases, retry, permissions, inputSchema } = method;
  return {
    ...method,
    aliases: [...aliases],
    retry: retry && { ...retry },
    permissions: { ...permissions },
    inputSchema: inputSchema && { ...inputSchema },
    ...(onFailure && { onFailure: onFailureView(onFailure) }),
  };
}

/** A run. */
export function attemptView(run: RunRecord): AttemptView {
  return {
    run: run.run,
    attempt: run.attempt,
    node: run.node,
    executor: run.executor,
    startedAt: isoTime(run.startedAt),
    finishedAt: isoTimeOrNull(run.finishedAt),
    outcome: run.outcome,
    error: run.error,
  };
}

/** A log line. */
export function logLineView({ at, ...line }: StoredLogLine): LogLineView {
  const { run, level, message, fields } = line;
  return { run, line: line.line, at: isoTime(at), level, message, fields };
}

/** A part of a log. */
export function logPageView({ lines, more }: LogPage): LogPageView {
  const last = lines.at(-1);
  const nextAfter = more && last !== undefined ? `${last.run}.${last.line}` : null;
  return { items: lines.map(logLineView), nextAfter };
}

/** A run of one of a workflow's tasks. */
export function workflowRunView(run: WorkflowRun): WorkflowRunView {
  return {
    taskId: run.taskId,
    run: run.run,
    attempt: run.attempt,
    node: run.node,
    startedAt: isoTime(run.startedAt),
    finishedAt: isoTimeOrNull(run.finishedAt),
    outcome: run.outcome,
  };
}

/** A queue, with its depths where they were asked for. */
export function queueView(
  queue: QueueConfig,
  counts?: Readonly<Partial<Record<TaskStatus, number>>>,
): QueueView {
  const { name, concurrency, rateLimit, weight, keyConcurrency, paused } = queue;
  return {
    name,
    concurrency,
    rateLimit,
    weight,
    keyConcurrency,
    paused,
    ...(counts === undefined ? undefined : { counts }),
  };
}

/** Depths by queue, zeros left out. */
export function countsByQueue(
  depths: readonly QueueDepth[],
): ReadonlyMap<string, Partial<Record<TaskStatus, number>>> {
  const byQueue = new Map<string, Partial<Record<TaskStatus, number>>>();
  for (const { queue, status, count } of depths) {
    if (count === 0) continue;
    const counts = byQueue.get(queue) ?? {};
    counts[status] = count;
    byQueue.set(queue, counts);
  }
  return byQueue;
}
