/** What executors take. */
import type { Assignment, RunRef } from "./scheduler.ts";

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
  }
  /**
   * From the supervisor, when the node's lease is about to be lost: gives back what has not started,
   * and aborts what runs, with reason `lease`, but for methods that go on.
   */
  | { readonly kind: "AbortForLease" };

export interface ExecutorReplies {
  /** Acknowledges receipt, not the end. */
  AssignRuns: null;
  AbortRuns: null;
  DrainExecutor: null;
  /** How many of the aborted have not stopped yet. */
  AbortForLease: { readonly running: number };
}

export interface ExecutorProtocol {
  readonly message: ExecutorMessage;
  readonly replies: ExecutorReplies;
}
