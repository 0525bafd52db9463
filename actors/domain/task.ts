import type { FailureHandler } from "./failure_handler.ts";

/** Where a task stands. `task_state.ts` says which changes exist. */
export type TaskStatus =
  | "scheduled"
  | "blocked"
  | "pending"
  | "running"
  | "completed"
  | "failed"
  | "cancelled"
  | "skipped";

/** Every status, in the order of a task's life. */
export const TASK_STATUSES: readonly TaskStatus[] = [
  "scheduled",
  "blocked",
  "pending",
  "running",
  "completed",
  "failed",
  "cancelled",
  "skipped",
];

/** The statuses that a task does not leave by itself. */
export type EndedStatus = "completed" | "failed" | "cancelled" | "skipped";

/** Each of them. */
export const ENDED_STATUSES: readonly EndedStatus[] = [
  "completed",
  "failed",
  "cancelled",
  "skipped",
];

/** Why a task failed. */
export type FailureReason =
  | "attempts_exhausted"
  | "non_retryable"
  | "timeout"
  | "expired"
  | "poison"
  | "invalid_input";

/** Every reason for a failure. */
export const FAILURE_REASONS: readonly FailureReason[] = [
  "attempts_exhausted",
  "non_retryable",
  "timeout",
  "expired",
  "poison",
  "invalid_input",
];

export type SkipReason = "upstream_failed" | "upstream_skipped" | "rule";
export type GiveBackReason = "drain" | "crash" | "neighbour";
export type TaskReason = FailureReason | SkipReason | GiveBackReason;

/** When a task with dependencies may start, in Airflow's terms. */
export type TriggerRule =
  | "all_success"
  | "all_done"
  | "all_failed"
  | "one_success"
  | "one_failed"
  | "none_failed"
  | "none_failed_min_one_success"
  | "always";

export interface RetryPolicy {
  /** 1 to 1,000; the first attempt counts. */
  readonly maxAttempts: number;
  readonly backoff: "fixed" | "linear" | "exponential";
  readonly initialMs: number;
  readonly factor: number;
  readonly maxMs: number;
  readonly jitter: "full" | "none";
}

/** An error of task code, as it is kept and shown. */
export interface TaskError {
  readonly name: string;
  readonly message: string;
  readonly stack: string | null;
}

/** How many direct dependencies a task has and how those that ended did; `failed` as trigger rules count. */
export interface DependencyCounts {
  readonly total: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly skipped: number;
}

export interface TaskProgress {
  /** 0 to 1. */
  readonly fraction: number;
  readonly note: string | null;
}

/** What was accepted: none of it changes, but for `args` at a retry with new input. */
export interface TaskSpec {
  readonly id: string;
  /** The store's own key: small, growing, never shown. */
  readonly num: number;
  readonly workflowId: string | null;
  readonly workflowNum: number | null;
  /** The key inside the workflow. */
  readonly key: string | null;
  readonly method: string;
  /** The arguments as JSON text in the notation of `value.ts`: an array. */
  readonly args: string;
  /** Ids of the dependencies, in the order given. */
  readonly deps: readonly string[];
  readonly triggerRule: TriggerRule;
  readonly queue: string;
  /** Its mode and rights as a pool of executors, `async` or `blocking` plus rights: see `pool.ts`. */
  readonly pool: string;
  readonly priority: number;
  /** Epoch milliseconds, as every time in the project's records. */
  readonly runAt: number | null;
  readonly expiresAt: number | null;
  readonly timeoutMs: number;
  readonly heartbeatTimeoutMs: number | null;
  readonly concurrencyKey: string | null;
  readonly retry: RetryPolicy;
  readonly labels: Readonly<Record<string, string>>;
  /** Topological level inside what it was submitted with. */
  readonly wave: number;
  /** SHA-256 of the request without its id, or of the workflow that holds it. */
  readonly contentHash: string;
  readonly definition: string | null;
  /** W3C trace context of the request that submitted it. */
  readonly traceparent: string | null;
  /** What is submitted when it is dead-lettered; absent for most. */
  readonly onFailure?: FailureHandler;
  readonly createdAt: number;
}

/** What changes over a task's life, only ever through `task_state.ts`. */
export interface TaskState {
  readonly status: TaskStatus;
  readonly reason: TaskReason | null;
  /** The fencing token: grows by one at every claim, never restarts. */
  readonly run: number;
  /** Runs that were charged since the last redrive. */
  readonly attempt: number;
  /** Claims without a recorded end: see "Poison" in `crash_policy.ts`. */
  readonly crashes: number;
  /** True once it has to run alone in an isolate, whatever `crashes` says. */
  readonly alone: boolean;
  readonly counts: DependencyCounts;
  /** Place in its queue, fixed when it becomes ready: see `readyOrder` in `task_state.ts`. */
  readonly readyOrder: number | null;
  /** The pool it waits for: `pool`, or the one where it runs alone in an isolate. */
  readonly readyPool: string | null;
  readonly readyAt: number | null;
  /** When a scheduled task is due. */
  readonly dueAt: number | null;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
  readonly cancelRequestedAt: number | null;
  /** When somebody gave a failed task up: it is no dead letter any more. */
  readonly discardedAt: number | null;
  readonly node: string | null;
  readonly executor: string | null;
  /** The executor's incarnation that holds the current run. */
  readonly incarnation: string | null;
  /** JSON text in the notation of `value.ts`. */
  readonly result: string | null;
  readonly error: TaskError | null;
  readonly progress: TaskProgress | null;
}

/** A task as the store keeps it. */
export interface TaskRecord extends TaskSpec, TaskState {
  /** Stamp of its latest change: growing over all tasks, the resume point of event streams. */
  readonly seq: number;
  /** Set in lists, where texts over 4 KiB are left out: `args` is then `"[]"`, `result` null. */
  readonly argsOmitted?: boolean;
  readonly resultOmitted?: boolean;
}

export type RunOutcomeKind =
  | "completed"
  | "threw"
  | "timeout"
  | "cancelled"
  | "given_back"
  | "crashed";

/** One claim of a task and how it ended. */
export interface RunRecord {
  readonly run: number;
  readonly attempt: number;
  readonly node: string;
  readonly executor: string;
  readonly startedAt: number;
  readonly finishedAt: number | null;
  readonly outcome: RunOutcomeKind | null;
  readonly error: TaskError | null;
}

/** A run of one of the tasks of a workflow, as far as it says when what happened. */
export interface WorkflowRun extends Omit<RunRecord, "executor" | "error"> {
  readonly taskId: string;
}

export type WorkflowStatus = "running" | "completed" | "failed" | "cancelled";

/** Every status of a workflow. */
export const WORKFLOW_STATUSES: readonly WorkflowStatus[] = [
  "running",
  "completed",
  "failed",
  "cancelled",
];

export interface WorkflowRecord {
  readonly id: string;
  readonly num: number;
  readonly name: string | null;
  readonly status: WorkflowStatus;
  readonly contentHash: string;
  readonly counts: Readonly<Partial<Record<TaskStatus, number>>>;
  readonly createdAt: number;
  readonly finishedAt: number | null;
}

export type LogLevel = "debug" | "info" | "warn" | "error";

export interface LogLine {
  readonly run: number;
  readonly at: number;
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** A log line as it is kept: its place among the lines of its task never changes. */
export interface StoredLogLine extends LogLine {
  /** Counts from 1 in its run. */
  readonly line: number;
}

/** Where a log line stands. */
export type LogPlace = Pick<StoredLogLine, "run" | "line">;

/** At most `limit` starts in `perMs`: see `token_bucket.ts`. */
export interface RateLimit {
  readonly limit: number;
  readonly perMs: number;
}

/** A queue's settings; null means no limit. */
export interface QueueConfig {
  readonly name: string;
  readonly concurrency: number | null;
  readonly rateLimit: RateLimit | null;
  /** Share in the round-robin between queues, 1 to 1,000. */
  readonly weight: number;
  /** How many tasks of one concurrency key may run at a time. */
  readonly keyConcurrency: number | null;
  readonly paused: boolean;
}

/** What a queue is before anybody sets it up. */
export function defaultQueue(name: string): QueueConfig {
  return {
    name,
    concurrency: null,
    rateLimit: null,
    weight: 1,
    keyConcurrency: null,
    paused: false,
  };
}

export type TaskMode = "async" | "blocking";

/** Rights that a definition asks for; each list is Deno's own notation. Absent: none. */
export interface TaskPermissions {
  readonly net?: readonly string[] | true;
  readonly read?: readonly string[] | true;
  readonly write?: readonly string[] | true;
  readonly env?: readonly string[] | true;
  readonly run?: readonly string[] | true;
}

/** A registered task as plain data: all that anybody but an executor knows of it. */
export interface MethodDefinition {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly mode: TaskMode;
  readonly queue: string | null;
  readonly timeoutMs: number | null;
  readonly heartbeatTimeoutMs: number | null;
  readonly retry: Partial<RetryPolicy> | null;
  readonly permissions: TaskPermissions;
  /** It comes with the product, which answers for its rights. */
  readonly builtin?: true;
  /** For submissions that say nothing of it themselves. */
  readonly onFailure?: FailureHandler;
  /** Its code goes on when the node's lease is lost; absent: it is aborted. */
  readonly onLeaseLost?: "continue";
  /** JSON Schema of the input where the definition's schema can give one. */
  readonly inputSchema: Readonly<Record<string, unknown>> | null;
  readonly description: string | null;
  /** `sha256-…` of what the definition consists of. */
  readonly definition: string;
}

/** The limits that users see, in one place. */
export const LIMITS = {
  idLength: 200,
  deps: 1_000,
  labels: 32,
  labelLength: 200,
  nameLength: 200,
  argsBytes: 1 << 20,
  /** Of a failure handler: they are read with their task again and again. */
  handlerArgsBytes: 16 << 10,
  resultBytes: 1 << 20,
  /** All dependency results handed to one run together. */
  dependencyResultBytes: 16 << 20,
  listTextBytes: 4 << 10,
  batchTasks: 10_000,
  workflowTasks: 10_000,
  bodyBytes: 4 << 20,
  bodyDiscardBytes: 16 << 20,
  pageMax: 500,
  /** Tasks or runs of a workflow on a page. */
  workflowPageMax: 1_000,
  pageScanRows: 10_000,
  /** Runs that a list of dead letters gives of each, and bytes of them on a page. */
  deadLetterRuns: 100,
  deadLetterRunsBytes: 4 << 20,
  /** Runs of another node that are shown with it. */
  nodeRuns: 200,
  /** Tasks that one call for a change of many names, and that one by filter changes. */
  changeIds: 1_000,
  changeTasks: 100_000,
  valueDepth: 64,
  errorTextBytes: 16 << 10,
  logLinesPerRun: 1_000,
  logLineBytes: 8 << 10,
  delayMs: 10 * 365.25 * 86_400_000,
  timeoutMs: 86_400_000,
  attempts: 1_000,
  /** Queues with settings of their own. */
  queues: 1_000,
  /** Queues that there are, by the tasks in them. */
  queueNames: 10_000,
  schedules: 1_000,
  /** Leaves room for the time and a workflow's key in the ids of what a schedule starts. */
  scheduleNameLength: 150,
  /** One schedule as JSON text, and all of them together. */
  scheduleBytes: 1 << 20,
  schedulesBytes: 16 << 20,
  catchUpWindowMs: 366 * 86_400_000,
  jitterMs: 86_400_000,
  backfillTicks: 1_000,
  /** Decided ticks that are kept of one schedule. */
  ticksKept: 1_000,
} as const;

/** What a submission gets where neither it nor its definition says otherwise. */
export const DEFAULTS = {
  queue: "default",
  timeoutMs: 300_000,
  maxCrashes: 3,
  retry: {
    maxAttempts: 5,
    backoff: "exponential",
    initialMs: 1_000,
    factor: 2,
    maxMs: 3_600_000,
    jitter: "full",
  } satisfies RetryPolicy as RetryPolicy,
} as const;
