/** Records as the JSON that users see, field by field in the documented order. */
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
export function taskView(task: TaskRecord, omitTexts = false): TaskView {
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
    runAt: isoOrNull(task.runAt),
    createdAt: iso(task.createdAt),
    startedAt: isoOrNull(task.startedAt),
    finishedAt: isoOrNull(task.finishedAt),
    cancelRequestedAt: isoOrNull(task.cancelRequestedAt),
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
    startedAt: iso(run.startedAt),
    finishedAt: isoOrNull(run.finishedAt),
    outcome: run.outcome,
    error: run.error,
  };
}

/** A log line. */
export function logLineView({ at, ...line }: StoredLogLine): LogLineView {
  const { run, level, message, fields } = line;
  return { run, line: line.line, at: iso(at), level, message, fields };
}

/** A part of a log. */
export function logPageView({ lines, more }: LogPage): LogPageView {
  const last = lines.at(-1);
  const nextAfter = more && last !== undefined ? `${last.run}.${last.line}` : null;
  return { items: lines.map(logLineView), nextAfter };
}

/** A workflow. */
export function workflowView(workflow: WorkflowRecord): WorkflowView {
  return {
    id: workflow.id,
    name: workflow.name,
    status: workflow.status,
    counts: workflow.counts,
    createdAt: iso(workflow.createdAt),
    finishedAt: isoOrNull(workflow.finishedAt),
  };
}

/** A run of one of a workflow's tasks. */
export function workflowRunView(run: WorkflowRun): WorkflowRunView {
  return {
    taskId: run.taskId,
    run: run.run,
    attempt: run.attempt,
    node: run.node,
    startedAt: iso(run.startedAt),
    finishedAt: isoOrNull(run.finishedAt),
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

let lastTime = 0;
let lastText = "1970-01-01T00:00:00.000Z";

/** Tasks of one commit share their times, and a time costs as much to write as ten other fields. */
function iso(time: number): string {
  if (time !== lastTime) {
    lastText = new Date(time).toISOString();
    lastTime = time;
  }
  return lastText;
}

function isoOrNull(time: number | null): string | null {
  return time === null ? null : iso(time);
}

function parseArgs(text: string): unknown[] {
  const args: unknown = JSON.parse(text);
  if (!Array.isArray(args)) throw new Error(`The arguments of a task are not an array: ${text}`);
  return args;
}
