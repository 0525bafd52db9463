/** What the reader takes, and what it replies. */
import type { Result } from "../domain/error.ts";
import type { FirstInLine } from "../domain/first_in_line.ts";
import type { NodeRun } from "../domain/node_run.ts";
import type {
  LogPlace,
  QueueConfig,
  RunRecord,
  StoredLogLine,
  TaskRecord,
  TaskStatus,
  WorkflowRecord,
  WorkflowRun,
  WorkflowStatus,
} from "../domain/task.ts";
import type { TrafficAt, TrafficSpan } from "../domain/traffic.ts";
import type { DeadLetterQuestion, DeadLetterQuestionReplies } from "./dead_letters.ts";
import type { ExplainQuestion, ExplainReplies } from "./explain.ts";
import type { ScheduleQuery, ScheduleQueryReplies } from "./schedules.ts";
import type { TaskWalkQuestion, TaskWalkReplies } from "./task_changes.ts";

export interface TaskFilter {
  /** Any of these. */
  readonly status: readonly TaskStatus[] | null;
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

export interface WorkflowFilter {
  readonly status: WorkflowStatus | null;
  readonly name: string | null;
  /** Prefix of the id or of the name. */
  readonly q: string | null;
}

/**
 * An answer in the JSON that users see. Long ones are written where they are read: a text crosses between
 * isolates for the cost of its bytes, ten thousand records for more than it costs to read them.
 */
export type JsonText = string;

/** A part of a task's log, and where the task stood when it was read. */
export interface LogPage {
  readonly num: number;
  readonly status: TaskStatus;
  /** By run, then in the order in which they were logged. */
  readonly lines: readonly StoredLogLine[];
  /** True when further lines follow. */
  readonly more: boolean;
}

export interface QueueDepth {
  readonly queue: string;
  readonly status: TaskStatus;
  readonly count: number;
}

export type ReaderMessage =
  | DeadLetterQuestion
  | ExplainQuestion
  | ScheduleQuery
  | TaskWalkQuestion
  | { readonly kind: "GetTasks"; readonly ids: readonly string[] }
  | {
    readonly kind: "ListTasks";
    readonly filter: TaskFilter;
    readonly limit: number;
    readonly cursor: string | null;
  }
  | { readonly kind: "GetAttempts"; readonly id: string }
  | {
    readonly kind: "GetLogs";
    readonly id: string;
    /** The lines that follow this one; null: from the first. */
    readonly after: LogPlace | null;
    readonly limit: number;
  }
  | {
    /** The tasks that depend on one, in the order of their submission. */
    readonly kind: "ListDependents";
    readonly id: string;
    readonly limit: number;
    readonly cursor: string | null;
  }
  | {
    readonly kind: "GetWorkflow";
    readonly id: string;
    /** Of its tasks. */
    readonly limit: number;
    readonly cursor: string | null;
  }
  | {
    readonly kind: "ListWorkflows";
    readonly filter: WorkflowFilter;
    readonly limit: number;
    readonly cursor: string | null;
  }
  | {
    readonly kind: "ListWorkflowRuns";
    readonly id: string;
    readonly limit: number;
    readonly cursor: string | null;
  }
  | { readonly kind: "ListQueues" }
  | { readonly kind: "GetQueueDepths" }
  /** What came, began and ended in a span. */
  | { readonly kind: "GetTraffic"; readonly span: TrafficSpan }
  /** Of each queue with ready tasks the one whose turn comes first; bounded. */
  | { readonly kind: "GetFirstInLine" }
  /** What `nodes` have been given and not ended, by node and then by time; bounded for each. */
  | { readonly kind: "ListNodeRuns"; readonly nodes: readonly string[] }
  | {
    /** The latest state of each task changed after `afterSeq`, oldest change first. */
    readonly kind: "GetChanges";
    readonly afterSeq: number;
    readonly filter: TaskFilter;
    readonly limit: number;
  };

export interface DeletedTask {
  readonly id: string;
  readonly seq: number;
}

export interface Changes {
  readonly tasks: readonly TaskRecord[];
  /** What was deleted, whatever the filter: what it was can't be looked up any more. */
  readonly deleted: readonly DeletedTask[];
  /** Resume after this one; it has passed over what the filter leaves out. */
  readonly lastSeq: number;
  /** True when the page is full and more may follow at once. */
  readonly more: boolean;
  /**
   * True when `afterSeq` is older than what is known of deletions, or no change has such a stamp yet:
   * start anew after `lastSeq`, which is then the latest stamp.
   */
  readonly reset: boolean;
}

export interface ReaderReplies
  extends DeadLetterQuestionReplies, ExplainReplies, ScheduleQueryReplies, TaskWalkReplies {
  /** In the order of the ids; null where there is none. With arguments and results. */
  GetTasks: readonly (TaskRecord | null)[];
  /** `{items, nextCursor}`: a page of tasks. */
  ListTasks: Result<JsonText>;
  GetAttempts: Result<readonly RunRecord[]>;
  GetLogs: Result<LogPage>;
  ListDependents: Result<Page<TaskRecord>>;
  /** The workflow with `tasks`, in the order in which they were submitted, and `nextCursor`. */
  GetWorkflow: Result<JsonText>;
  ListWorkflows: Result<Page<WorkflowRecord>>;
  /** By task in the order of submission, and then by run. */
  ListWorkflowRuns: Result<Page<WorkflowRun>>;
  ListQueues: readonly QueueConfig[];
  GetQueueDepths: readonly QueueDepth[];
  GetTraffic: readonly TrafficAt[];
  GetFirstInLine: readonly FirstInLine[];
  ListNodeRuns: readonly NodeRun[];
  GetChanges: Changes;
}

export interface ReaderProtocol {
  readonly message: ReaderMessage;
  readonly replies: ReaderReplies;
}
