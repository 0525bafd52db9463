/** Thrown by task code to fail at once: whatever attempts are left are not made. */
export class NonRetryableError extends Error {
  override readonly name: string = "NonRetryableError";
}

/** Thrown by task code to fail this attempt and choose when the next one starts. */
export class RetryAfter extends Error {
  override readonly name: string = "RetryAfter";
  readonly delayMs: number;

  /** `delayMs` from now, in ms, in place of the retry policy's delay; attempts are still counted. */
  constructor(delayMs: number, message = `Retry after ${delayMs} ms`, options?: ErrorOptions) {
    if (!Number.isFinite(delayMs) || delayMs < 0) {
      throw new RangeError(`Cannot retry after ${delayMs} ms: the delay must be 0 or more`);
    }
    super(message, options);
    this.delayMs = delayMs;
  }
}

/**
 * Why the signal of a run aborts: its task was cancelled, it took too long, the node stops, or other
 * nodes will soon take the node for dead and run the task again.
 */
export type TaskAbortCause = "cancelled" | "timeout" | "drain" | "lease" | "stale";

const ABORT_TEXTS: Readonly<Record<TaskAbortCause, string>> = {
  cancelled: "The task was cancelled",
  timeout: "The task took longer than its timeout allows",
  drain: "The node is stopping; the task will run again elsewhere",
  lease: "The node cannot reach its database; the task will run again elsewhere",
  stale: "Another run of the task has taken over",
};

/**
 * The `reason` of an aborted `ctx.signal`. Its name is `AbortError`, as that of any abort, and
 * `cause` says why.
 */
export class TaskAbortError extends Error {
  override readonly name: string = "AbortError";
  override readonly cause: TaskAbortCause;

  constructor(cause: TaskAbortCause) {
    super(ABORT_TEXTS[cause]);
    this.cause = cause;
  }
}
