/**
 * Every message between actors, with its reply. A message is a plain object told apart by `kind`:
 * commands are imperative, events past tense. An actor's `…Protocol` names what it takes and what
 * each `ask` of it resolves to; a kind without an entry in `replies` can only be told.
 */
import type { Result } from "./domain/error.ts";
import type {
  LogLine,
  MethodDefinition,
  QueueConfig,
  RetryPolicy,
  RunOutcomeKind,
  RunRecord,
  TaskError,
  TaskMode,
  TaskProgress,
  TaskRecord,
  TaskStatus,
  TriggerRule,
  WorkflowRecord,
} from "./domain/task.ts";

// ---- submissions ------------------------------------------------------------------------------

/** A task as a front-end hands it over: validated in form, nothing looked up. */
export interface Submission {
  readonly id: string;
  readonly key: string | null;
  readonly method: string;
  /** Chooses between two definitions of one name; null takes the one there is, async first. */
  readonly mode: TaskMode | null;
  /** JSON text of an array in the notation of `domain/value.ts`. */
  readonly args: string;
  /** Ids of existing tasks; in a workflow also keys of it, which win. */
  readonly deps: readonly string[];
  readonly triggerRule: TriggerRule | null;
  readonly queue: string | null;
  readonly priority: number | null;
  readonly runAt: number | null;
  readonly delayMs: number | null;
  readonly expiresAt: number | null;
  readonly timeoutMs: number | null;
  readonly heartbeatTimeoutMs: number | null;
  readonly concurrencyKey: string | null;
  readonly retry: Partial<RetryPolicy> | null;
  /** Stands in for the server's default, below the definition's: the older gRPC service gives one attempt. */
  readonly defaultMaxAttempts: number | null;
  readonly labels: Readonly<Record<string, string>>;
  readonly contentHash: string;
  /** Subject and key of an `Idempotency-Key`, joined; null without one. */
  readonly idempotencyKey: string | null;
  readonly traceparent: string | null;
}

export interface SubmittedTask {
  /** False when the id or idempotency key was known with the same content. */
  readonly created: boolean;
  readonly task: TaskRecord;
}

export interface SubmittedWorkflow {
  readonly created: boolean;
  readonly workflow: WorkflowRecord;
}

// ---- scheduler --------------------------------------------------------------------------------

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

export interface SchedulerReplies {
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

// ---- dispatcher -------------------------------------------------------------------------------

export type DispatcherMessage =
  | { readonly kind: "ExecutorJoined"; readonly executor: ExecutorAnnouncement }
  | { readonly kind: "WorkBecameReady"; readonly work: readonly ReadyWork[] }
  | {
    /** Committed ends, one executor's; the mean tells how much to prefetch. */
    readonly kind: "RunsEnded";
    readonly executor: string;
    readonly runs: readonly RunRef[];
    readonly meanRunMs: number;
  }
  | {
    /** A cancellation of running code was committed. */
    readonly kind: "CancelRequested";
    readonly executor: string;
    readonly runs: readonly RunRef[];
  }
  | { readonly kind: "QueueChanged"; readonly queue: QueueConfig }
  | { readonly kind: "GetSlots" }
  | { readonly kind: "DrainRuns"; readonly deadlineMs: number };

export interface ExecutorSlots {
  readonly executor: string;
  readonly pool: string;
  readonly slots: number;
  readonly held: number;
}

export interface DispatcherReplies {
  GetSlots: readonly ExecutorSlots[];
  /** Resolves when no run is held any more, or at the deadline with what is left. */
  DrainRuns: { readonly left: number };
}

export interface DispatcherProtocol {
  readonly message: DispatcherMessage;
  readonly replies: DispatcherReplies;
}

// ---- executor ---------------------------------------------------------------------------------

export type AbortReason = "cancelled" | "timeout" | "drain" | "stale";

export type ExecutorMessage =
  | { readonly kind: "AssignRuns"; readonly runs: readonly Assignment[] }
  | {
    /** Aborts the signal of those that run; those not started are dropped and reported at once. */
    readonly kind: "AbortRuns";
    readonly runs: readonly RunRef[];
    readonly reason: AbortReason;
  }
  | {
    /** Gives back what has not started; after `abortAfterMs` aborts what runs, with reason `drain`. */
    readonly kind: "DrainExecutor";
    readonly abortAfterMs: number;
  };

export interface ExecutorReplies {
  /** Acknowledges receipt, not the end. */
  AssignRuns: null;
  AbortRuns: null;
  DrainExecutor: null;
}

export interface ExecutorProtocol {
  readonly message: ExecutorMessage;
  readonly replies: ExecutorReplies;
}

// ---- reader -----------------------------------------------------------------------------------

export interface TaskFilter {
  readonly status: TaskStatus | null;
  readonly queue: string | null;
  readonly method: string | null;
  readonly workflowId: string | null;
  readonly label: { readonly key: string; readonly value: string } | null;
  readonly since: number | null;
  readonly until: number | null;
  /** Prefix of the id. */
  readonly q: string | null;
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
}

export interface WorkflowDetails {
  readonly workflow: WorkflowRecord;
  readonly tasks: readonly TaskRecord[];
}

export interface QueueDepth {
  readonly queue: string;
  readonly status: TaskStatus;
  readonly count: number;
}

export type ReaderMessage =
  | { readonly kind: "GetTasks"; readonly ids: readonly string[] }
  | {
    readonly kind: "ListTasks";
    readonly filter: TaskFilter;
    readonly limit: number;
    readonly cursor: string | null;
  }
  | { readonly kind: "GetAttempts"; readonly id: string }
  | { readonly kind: "GetLogs"; readonly id: string; readonly limit: number }
  | { readonly kind: "GetWorkflow"; readonly id: string }
  | { readonly kind: "ListWorkflows"; readonly limit: number; readonly cursor: string | null }
  | { readonly kind: "ListQueues" }
  | { readonly kind: "GetQueueDepths" }
  | {
    /** The latest state of each task changed after `afterSeq`, oldest change first. */
    readonly kind: "GetChanges";
    readonly afterSeq: number;
    readonly filter: TaskFilter;
    readonly limit: number;
  };

export interface Changes {
  readonly tasks: readonly TaskRecord[];
  /** Resume after this one; it has passed over what the filter leaves out. */
  readonly lastSeq: number;
  /** True when the page is full and more may follow at once. */
  readonly more: boolean;
  /** True when `afterSeq` is older than what is known of deletions: start anew. */
  readonly reset: boolean;
}

export interface ReaderReplies {
  /** In the order of the ids; null where there is none. With arguments and results. */
  GetTasks: readonly (TaskRecord | null)[];
  ListTasks: Result<Page<TaskRecord>>;
  GetAttempts: Result<readonly RunRecord[]>;
  GetLogs: Result<readonly LogLine[]>;
  GetWorkflow: Result<WorkflowDetails>;
  ListWorkflows: Result<Page<WorkflowRecord>>;
  ListQueues: readonly QueueConfig[];
  GetQueueDepths: readonly QueueDepth[];
  GetChanges: Changes;
}

export interface ReaderProtocol {
  readonly message: ReaderMessage;
  readonly replies: ReaderReplies;
}

// ---- events -----------------------------------------------------------------------------------

/** Counts of one kind of thing for one queue and method in one commit. */
export interface CommitCounts {
  readonly queue: string;
  readonly method: string;
  readonly submitted: number;
  /** Runs that began. */
  readonly attempts: number;
  readonly retries: number;
  readonly finished: Readonly<Partial<Record<TaskStatus, number>>>;
  /** Seconds from ready to claimed, one entry a run. */
  readonly waitSeconds: readonly number[];
  /** Seconds that task code took, one entry a run that ended. */
  readonly runSeconds: readonly number[];
}

/** What one commit changed; published after it, once. */
export interface TasksCommitted {
  readonly kind: "TasksCommitted";
  readonly lastSeq: number;
  /** Ids of the tasks that reached an ended status. */
  readonly ended: readonly string[];
  readonly counts: readonly CommitCounts[];
  readonly commitSeconds: number;
  readonly batchSize: number;
  readonly cacheHits: number;
  readonly cacheMisses: number;
}

/** The subscriber was too slow and events were dropped: read anew what matters. */
export interface EventsLost {
  readonly kind: "EventsLost";
}

/** What an actor that follows the scheduler's commits takes. */
export type SubscriberMessage = {
  readonly kind: "EventsPublished";
  readonly events: readonly (TasksCommitted | EventsLost)[];
};

/** One answered gRPC call, for the metrics that the http actor keeps. */
export interface GrpcRequestObserved {
  readonly method: string;
  /** Name of the canonical code: `OK`, `NOT_FOUND`, … */
  readonly code: string;
  readonly seconds: number;
}

/** What the front-ends take. A reply to events is the acknowledgement that paces the publisher. */
export interface FrontEndProtocol {
  readonly message:
    | SubscriberMessage
    | { readonly kind: "StopAccepting" }
    /** From the grpc actor to the http actor, at most once a second. */
    | { readonly kind: "GrpcRequestsObserved"; readonly items: readonly GrpcRequestObserved[] };
  readonly replies: { EventsPublished: null; StopAccepting: null };
}

// ---- supervisor -------------------------------------------------------------------------------

/** One actor in the tree that `/api/system` shows. */
export interface ActorStatus {
  readonly name: string;
  readonly parent: string | null;
  readonly state: "starting" | "ready" | "restarting" | "stopping" | "stopped" | "failed";
  readonly restarts: number;
  readonly startedAt: number | null;
  readonly lastError: string | null;
  readonly lanes: Readonly<Record<string, number>>;
}

export interface SystemStatus {
  readonly node: string;
  readonly version: string;
  readonly denoVersion: string;
  readonly startedAt: number;
  readonly ready: boolean;
  /** Why it is not ready; empty when it is. */
  readonly notReady: readonly string[];
  readonly draining: boolean;
  readonly actors: readonly ActorStatus[];
}

export type FaultKind = "throw" | "block" | "close";

export type SupervisorMessage =
  | { readonly kind: "GetSystem" }
  | {
    /** The dispatcher wants an isolate ended whose code does not stop. */
    readonly kind: "TerminateExecutor";
    readonly executor: string;
    readonly incarnation: string;
    readonly cause: string;
  }
  | {
    /** There is ready work for a pool that has no executor yet. */
    readonly kind: "EnsurePool";
    readonly pool: string;
  }
  | { readonly kind: "StoreUnhealthy"; readonly cause: string }
  | { readonly kind: "StoreHealthy" }
  | {
    /** The outcome of a commit is unknown: the process has to end. */
    readonly kind: "StoreBroken";
    readonly cause: string;
  }
  | { readonly kind: "InjectFault"; readonly actor: string; readonly fault: FaultKind };

export interface SupervisorReplies {
  GetSystem: SystemStatus;
  TerminateExecutor: null;
  EnsurePool: Result<null>;
  InjectFault: Result<null>;
}

export interface SupervisorProtocol {
  readonly message: SupervisorMessage;
  readonly replies: SupervisorReplies;
}
