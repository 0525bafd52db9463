import type { DependencyCounts, TaskError } from "./task.ts";

/** When the code of a run began and stopped, by its executor's report. */
interface RunTimes {
  readonly startedAt: number;
  readonly finishedAt: number;
}

/** Everything that can happen to a task. `task_state.ts` says what it makes of each. */
export type TaskEvent =
  | {
    /** Dependencies of a blocked task ended; `counts` include them. */
    readonly kind: "dependencies_changed";
    readonly counts: DependencyCounts;
  }
  /** The time of a scheduled task has come. */
  | { readonly kind: "due" }
  | {
    readonly kind: "claimed";
    readonly node: string;
    readonly executor: string;
    readonly incarnation: string;
  }
  | ({
    /** Task code returned; `result` is JSON text in the notation of `value.ts`. */
    readonly kind: "completed";
    readonly result: string;
  } & RunTimes)
  | ({
    /** Task code threw. */
    readonly kind: "threw";
    readonly error: TaskError;
    /** False after `NonRetryableError`. */
    readonly retryable: boolean;
    /** The delay that `RetryAfter` asked for; null leaves it to the policy. */
    readonly retryAfterMs: number | null;
    /** The input did not fit the definition's schema: never retried. */
    readonly invalidInput: boolean;
  } & RunTimes)
  | ({
    /** The attempt took longer than `timeoutMs`, or was silent for `heartbeatTimeoutMs`. */
    readonly kind: "timed_out";
    readonly error: TaskError;
  } & RunTimes)
  | {
    /** The run ended through no fault of the task and is not charged. */
    readonly kind: "given_back";
    readonly reason: "drain" | "neighbour";
    /** The next run has to be alone in its isolate. */
    readonly alone: boolean;
  }
  /** The isolate or the process ended with this run in it, and nobody reported why. */
  | { readonly kind: "crashed" }
  | { readonly kind: "cancel_requested" }
  | ({
    /** Running code stopped because its cancellation was requested. */
    readonly kind: "cancelled";
  } & RunTimes)
  /** `expiresAt` passed before the task started. */
  | { readonly kind: "expired" }
  | {
    /** Somebody wants a failed or cancelled task to run again. */
    readonly kind: "retried";
    readonly counts: DependencyCounts;
  }
  /** Somebody gave a failed task up. Doing so again changes nothing. */
  | { readonly kind: "discarded" }
  | {
    /** A cause of the skip was revived; `counts` are the dependencies as they stand now. */
    readonly kind: "revived";
    readonly counts: DependencyCounts;
  };

/** The kinds of events. */
export type TaskEventKind = TaskEvent["kind"];
