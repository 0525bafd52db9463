/** What the dispatcher takes, and what it replies. */
import type { QueueConfig } from "../domain/task.ts";
import type { PlacementQuestion, PlacementReplies } from "./explain.ts";
import type { JoinedExecutor, ReadyWork, RunRef } from "./scheduler.ts";

export type DispatcherMessage =
  | PlacementQuestion
  | { readonly kind: "ExecutorJoined"; readonly executor: JoinedExecutor }
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
  | {
    /** Code that was told to stop, for its timeout or its silence, and still runs. */
    readonly kind: "RunsOverdue";
    readonly executor: string;
    readonly runs: readonly OverdueRun[];
  }
  | { readonly kind: "QueueChanged"; readonly queue: QueueConfig }
  | { readonly kind: "GetSlots" }
  | { readonly kind: "GetExecutors" }
  /** From the supervisor: while the node's lease is about to be lost, nothing is claimed. */
  | { readonly kind: "LeaseChanged"; readonly held: boolean }
  | {
    /**
     * From the supervisor, which will end an isolate for the lost lease: its runs go back uncharged.
     * Where all that runs there is of methods that go on, it is spared.
     */
    readonly kind: "CondemnExecutor";
    readonly executor: string;
    readonly incarnation: string;
    readonly sparing: readonly string[];
  }
  | { readonly kind: "DrainRuns"; readonly deadlineMs: number };

export interface OverdueRun extends RunRef {
  /** For want of heartbeats. */
  readonly silent: boolean;
}

export interface ExecutorSlots {
  readonly executor: string;
  readonly pool: string;
  readonly slots: number;
  readonly held: number;
}

/** A run whose code is taken to be running. */
export interface RunningRun {
  readonly id: string;
  readonly method: string;
  readonly run: number;
  /** Epoch ms. */
  readonly startedAt: number;
}

/** An executor, and what it runs now. */
export interface ExecutorLoad extends ExecutorSlots {
  /** How many runs are taken to be running; the rest of `held` waits. */
  readonly running: number;
  /** Those that run longest, bounded. */
  readonly runs: readonly RunningRun[];
}

export interface DispatcherReplies extends PlacementReplies {
  GetSlots: readonly ExecutorSlots[];
  GetExecutors: readonly ExecutorLoad[];
  CondemnExecutor: { readonly spared: boolean };
  /** Resolves when no run is held any more, or at the deadline with what is left. */
  DrainRuns: { readonly left: number };
}

export interface DispatcherProtocol {
  readonly message: DispatcherMessage;
  readonly replies: DispatcherReplies;
}
