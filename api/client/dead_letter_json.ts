/** The JSON of dead letters as a client sends and gets it. */
import type { AttemptJson, TaskFilterJson, TaskJson } from "./task_json.ts";

/** Why a task failed. */
export type FailureReasonJson =
  | "attempts_exhausted"
  | "non_retryable"
  | "timeout"
  | "expired"
  | "poison"
  | "invalid_input";

/** Which dead letters; an empty filter stands for all. */
export interface DeadLetterFilterJson extends Omit<TaskFilterJson, "status"> {
  readonly reason?: FailureReasonJson;
}

export interface DeadLetterListOptions extends DeadLetterFilterJson {
  /** 1 to 500. */
  readonly limit?: number;
  /** `nextCursor` of the page before. */
  readonly cursor?: string;
}

/** A failed task that was not discarded. */
export interface DeadLetterJson extends TaskJson {
  /** Its newest runs, oldest first. */
  readonly attempts: readonly AttemptJson[];
  /** Set where there are older runs. */
  readonly attemptsOmitted?: boolean;
}

/** What to change: 1 to 1,000 named tasks, or all that a filter leaves. */
export type DeadLetterSelectionJson =
  | { readonly ids: readonly string[] }
  | { readonly filter: DeadLetterFilterJson };
