/** What the scheduler takes, and what it replies. */
import type { Result } from "../domain/error.ts";
import type {
  LogLine,
  MethodDefinition,
  QueueConfig,
  RunOutcomeKind,
  TaskError,
  TaskMode,
  TaskProgress,
  TaskRecord,
  TaskStatus,
  WorkflowRecord,
} from "../domain/task.ts";
import type { ClusterNews } from "./cluster_news.ts";
import type { DeadLetterCommand, DeadLetterCommandReplies } from "./dead_letters.ts";
import type { StartQuestion, StartReplies } from "./explain.ts";
import type { ScheduleCommand, ScheduleCommandReplies } from "./schedules.ts";
import type { Submission, SubmittedTask, SubmittedWorkflow } from "./submission.ts";
import type { TaskChangeCommand, TaskChangeCommandReplies } from "./task_changes.ts";

/** An executor as it presents itself to a scheduler, after its own start or the scheduler's. */
export interface ExecutorAnnouncement {
  readonly executor: string;
  readonly incarnation: string;
  readonly pool: string;
  /** Runs at a time. */
  readonly slots: number;
  /** Runs that it holds, started or not, without an outcome. */
  readonly held: readonly RunRef[];
}

/** One run of one task: what fences every report. */
export interface RunRef {
  readonly num: number;
  readonly run: number;
}

/** A run that an executor held when it joined, with what the store knows of it. */
export interface JoinedRun extends RunRef {
  readonly id: string;
  readonly method: string;
  readonly startedAt: number | null;
}

/** An executor that has joined, with those of its runs that are current. */
export interface JoinedExecutor extends Omit<ExecutorAnnouncement, "held"> {
  readonly held: readonly JoinedRun[];
}

/** How a run ended, as its executor (or the dispatcher, for one that was terminated) reports it. */
export interface RunOutcome extends RunRef {
  readonly outcome: RunOutcomeKind;
  readonly startedAt: number;
  readonly finishedAt: number;
  /** JSON text; for `completed` only. */
  readonly result: string | null;
  readonly error: TaskError | null;
  /** For `threw`: never again, or not before this many ms. */
  readonly retryable: boolean;
  readonly retryAfterMs: number | null;
  /** For `threw`: the input did not fit the schema. */
  readonly invalidInput: boolean;
  /** For `given_back`: why; the next run has to be alone when `alone` is set. */
  readonly giveBack: "drain" | "neighbour" | null;
  readonly alone: boolean;
  readonly logs: readonly LogLine[];
}

export interface RunProgress extends RunRef {
  readonly progress: TaskProgress | null;
  readonly logs: readonly LogLine[];
}

/** A dependency as task code sees it in `ctx.deps`. */
export interface DependencyResult {
  readonly id: string;
  readonly key: string | null;
  readonly status: TaskStatus;
  /** JSON text; null unless completed. */
  readonly result: string | null;
  /** True when the result was left out because all of them together are over the limit. */
  readonly omitted?: boolean;
}

/** A claimed run with all that an executor needs. */
export interface Assignment extends RunRef {
  readonly id: string;
  readonly workflowId: string | null;
  readonly attempt: number;
  readonly method: string;
  readonly mode: TaskMode;
  readonly args: string;
  readonly deps: readonly DependencyResult[];
  readonly timeoutMs: number;
  readonly heartbeatTimeoutMs: number | null;
  readonly traceparent: string | null;
}

/** An executor that can take runs. */
export interface ClaimingExecutor {
  readonly executor: string;
  readonly incarnation: string;
  readonly pool: string;
  /** How many runs it can be given, over all requests of the claim. */
  readonly credits: number;
  /** How many it holds already. */
  readonly held: number;
}

/** Ready tasks of one queue for one pool. */
export interface ClaimRequest {
  readonly queue: string;
  readonly pool: string;
  readonly max: number;
}

/** A claimed run with the executor that it was dealt to. */
export interface ClaimedRun {
  readonly executor: string;
  readonly assignment: Assignment;
}

export interface ClaimedRuns {
  readonly runs: readonly ClaimedRun[];
  /** True when the queue had no further task for this pool that its limits allow now. */
  readonly drained: boolean;
}

/** A queue that has ready work for a pool. */
export interface ReadyWork {
  readonly queue: string;
  readonly pool: string;
}

/** What a dispatcher needs at its start. Executors follow as `ExecutorJoined`. */
export interface DispatchState {
  readonly queues: readonly QueueConfig[];
  readonly ready: readonly ReadyWork[];
}

export type QueuePatch = Partial<Omit<QueueConfig, "name">>;

/** How many things a command over many of them has found, and changed. */
export interface BatchDecision {
  readonly matched: number;
  readonly changed: number;
}

/** Counters since the node's start, and maintained depths. */
export interface SchedulerStats {
  readonly commits: number;
  readonly submitted: number;
  readonly finished: Readonly<Partial<Record<TaskStatus, number>>>;
  readonly resultCacheHits: number;
  readonly resultCacheMisses: number;
  readonly resultCacheBytes: number;
}

export type SchedulerMessage =
  | ClusterNews
  | DeadLetterCommand
  | StartQuestion
  | ScheduleCommand
  | TaskChangeCommand
  | { readonly kind: "SubmitTasks"; readonly items: readonly Submission[] }
  | {
    readonly kind: "SubmitWorkflow";
    readonly id: string;
    readonly name: string | null;
    readonly contentHash: string;
    readonly idempotencyKey: string | null;
    readonly tasks: readonly Submission[];
  }
  | { readonly kind: "CancelTask"; readonly id: string }
  | { readonly kind: "RetryTask"; readonly id: string; readonly args: string | null }
  | { readonly kind: "DeleteTask"; readonly id: string }
  | { readonly kind: "CancelWorkflow"; readonly id: string }
  | { readonly kind: "RetryWorkflow"; readonly id: string }
  | { readonly kind: "ConfigureQueue"; readonly name: string; readonly patch: QueuePatch }
  | { readonly kind: "GetMethods" }
  | { readonly kind: "GetSchedulerStats" }
  | { readonly kind: "AnnounceExecutor"; readonly executor: ExecutorAnnouncement }
  | {
    readonly kind: "ReportOutcomes";
    readonly executor: string;
    readonly incarnation: string;
    readonly outcomes: readonly RunOutcome[];
  }
  | { readonly kind: "ReportProgress"; readonly items: readonly RunProgress[] }
  | { readonly kind: "GetDispatchState" }
  | {
    readonly kind: "ClaimRuns";
    readonly executors: readonly ClaimingExecutor[];
    readonly requests: readonly ClaimRequest[];
  }
  | {
    /** An executor is gone. `verdicts` are for runs that the dispatcher can judge; the rest crashed. */
    readonly kind: "ExecutorLost";
    readonly executor: string;
    readonly incarnation: string;
    readonly verdicts: readonly RunOutcome[];
  }
  | { readonly kind: "Drain" };

export interface SchedulerReplies
  extends DeadLetterCommandReplies, StartReplies, ScheduleCommandReplies, TaskChangeCommandReplies {
  SubmitTasks: readonly Result<SubmittedTask>[];
  SubmitWorkflow: Result<SubmittedWorkflow>;
  /** The task as it is now: `cancelled`, or still `running` with `cancelRequestedAt`. */
  CancelTask: Result<TaskRecord>;
  RetryTask: Result<TaskRecord>;
  DeleteTask: Result<null>;
  CancelWorkflow: Result<WorkflowRecord>;
  RetryWorkflow: Result<WorkflowRecord>;
  ConfigureQueue: Result<QueueConfig>;
  GetMethods: readonly MethodDefinition[];
  GetSchedulerStats: SchedulerStats;
  /** Which of the held runs are no longer current: their code is to be aborted and not reported. */
  AnnounceExecutor: { readonly stale: readonly RunRef[] };
  /** All of them are recorded or known to be obsolete: the executor forgets them. */
  ReportOutcomes: null;
  GetDispatchState: DispatchState;
  ClaimRuns: readonly ClaimedRuns[];
  ExecutorLost: null;
  /** No new submission or claim is taken any more. */
  Drain: null;
}

export interface SchedulerProtocol {
  readonly message: SchedulerMessage;
  readonly replies: SchedulerReplies;
}
