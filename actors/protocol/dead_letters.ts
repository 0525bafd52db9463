/** What is asked about dead letters: changes of the scheduler, looks of the reader. */
import type { Result } from "../domain/error.ts";
import type { FailureReason, RunRecord, TaskRecord } from "../domain/task.ts";
import type { Page, TaskFilter } from "./reader.ts";
import type { BatchDecision } from "./scheduler.ts";

/** Which dead letters; null leaves a field open. */
export interface DeadLetterFilter extends Omit<TaskFilter, "status"> {
  readonly reason: FailureReason | null;
}

/** A dead letter with its newest runs. */
export interface DeadLetter {
  readonly task: TaskRecord;
  /** Oldest first. */
  readonly runs: readonly RunRecord[];
  /** True when older runs were left out. */
  readonly runsOmitted: boolean;
}

export interface DeadLetterCount {
  readonly queue: string;
  readonly reason: FailureReason;
  readonly count: number;
}

/** How far a walk over the dead letters has come, and where it ends: it meets none that failed later. */
export interface DeadLetterWalk {
  readonly afterNum: number;
  readonly horizon: { readonly num: number; readonly seq: number };
}

/** What one message changes: named tasks, or one page of a walk. */
export type DeadLetterSelection =
  | { readonly by: "ids"; readonly ids: readonly string[] }
  | {
    readonly by: "filter";
    readonly filter: DeadLetterFilter;
    /** Null begins the walk. */
    readonly walk: DeadLetterWalk | null;
    readonly limit: number;
  };

export interface DeadLetterDecision extends BatchDecision {
  /** Where the walk goes on; null: it is done. */
  readonly next: DeadLetterWalk | null;
}

/** The scheduler's part. */
export type DeadLetterCommand =
  | {
    /** Sends them round again, from their first attempt, with what they had skipped. */
    readonly kind: "RedriveDeadLetters";
    readonly selection: DeadLetterSelection;
    /** JSON text of new arguments for all of them; null keeps each one's own. */
    readonly args: string | null;
  }
  /** Gives them up: they stay as failed tasks. */
  | { readonly kind: "DiscardDeadLetters"; readonly selection: DeadLetterSelection };

export interface DeadLetterCommandReplies {
  RedriveDeadLetters: Result<DeadLetterDecision>;
  DiscardDeadLetters: Result<DeadLetterDecision>;
}

/** The reader's part. */
export type DeadLetterQuestion =
  | {
    readonly kind: "ListDeadLetters";
    readonly filter: DeadLetterFilter;
    readonly limit: number;
    readonly cursor: string | null;
  }
  | { readonly kind: "CountDeadLetters" };

export interface DeadLetterQuestionReplies {
  ListDeadLetters: Result<Page<DeadLetter>>;
  CountDeadLetters: readonly DeadLetterCount[];
}
