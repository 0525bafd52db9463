/** What is asked about changes of many tasks: which ones, of the reader; to do it, of the scheduler. */
import type { Result } from "../domain/error.ts";
import type { FailureReason } from "../domain/task.ts";
import type { TaskFilter } from "./reader.ts";
import type { BatchDecision } from "./scheduler.ts";

/** What is to happen to them; it decides which tasks it is for, and in which order they are found. */
export type TaskChangeKind = "cancel" | "retry" | "redrive";

/** Which tasks somebody wants to change: by name, or all that a filter leaves. */
export type TaskChoice =
  | { readonly by: "ids"; readonly ids: readonly string[] }
  | { readonly by: "filter"; readonly filter: TaskChoiceFilter };

/** Null leaves a field open. */
export interface TaskChoiceFilter extends TaskFilter {
  readonly reason: FailureReason | null;
}

/** How far a walk over tasks has come. */
export interface TaskWalk {
  readonly from: number;
  /** It passes over what has changed later; null: over nothing. */
  readonly upToSeq: number | null;
}

/** The reader's part. */
export interface TaskWalkQuestion {
  readonly kind: "WalkTasks";
  readonly change: TaskChangeKind;
  readonly choice: TaskChoice;
  /** Null begins the walk. */
  readonly walk: TaskWalk | null;
  readonly limit: number;
}

export interface TaskWalkReplies {
  WalkTasks: {
    /** Tasks that can be changed so, as they stand. */
    readonly ids: readonly string[];
    /** How to get more; null: these were the last. */
    readonly next: TaskWalk | null;
    /** To be given with the change. */
    readonly upToSeq: number | null;
  };
}

/** The scheduler's part. Tasks that can't be changed so any more are passed over. */
export type TaskChangeCommand =
  | { readonly kind: "CancelTasks"; readonly ids: readonly string[] }
  | {
    readonly kind: "RetryTasks";
    readonly ids: readonly string[];
    /** JSON text of new arguments for all of them; null keeps each one's own. */
    readonly args: string | null;
    /** Passes over what has changed later; null: over nothing. */
    readonly upToSeq: number | null;
  };

export interface TaskChangeCommandReplies {
  CancelTasks: Result<BatchDecision>;
  RetryTasks: Result<BatchDecision>;
}
