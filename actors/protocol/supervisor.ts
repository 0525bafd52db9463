/** What the supervisor takes, and what it replies. */
import type { Result } from "../domain/error.ts";

import type { ClusterStatus } from "./cluster.ts";

/** One actor in the tree that `/api/system` shows. */
export interface ActorStatus {
  readonly name: string;
  readonly parent: string | null;
  readonly state: "starting" | "ready" | "restarting" | "stopping" | "stopped" | "failed";
  readonly restarts: number;
  readonly startedAt: number | null;
  readonly lastError: string | null;
  /** When that was, epoch ms. */
  readonly lastErrorAt: number | null;
  readonly lanes: Readonly<Record<string, number>>;
}

/** How a node says that it is. */
export interface NodeReport {
  /** Why it is not ready; empty when it is. */
  readonly notReady: readonly string[];
  readonly actors: readonly ActorStatus[];
}

/** An executor as its node set it up. */
export interface ExecutorPlace {
  readonly name: string;
  readonly pool: string;
  /** Runs at a time. */
  readonly slots: number;
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
  /** Why the store takes no writes; null when it does. */
  readonly storeError: string | null;
  /** Isolates that were ended while they did not answer: their threads may still use a core each. */
  readonly abandonedIsolates?: number;
  /** How often the scheduler saw the wall clock move against the monotonic one, since the start. */
  readonly clockSteps?: number;
  readonly lastClockStep?: ClockStep | null;
  readonly actors: readonly ActorStatus[];
  readonly executors: readonly ExecutorPlace[];
  /** All nodes that share the store: where none can, this one alone. */
  readonly cluster: ClusterStatus;
}

/** The wall clock was set, or the machine slept. */
export interface ClockStep {
  /** Epoch milliseconds, after the step. */
  readonly at: number;
  /** Negative: it was set back. */
  readonly byMs: number;
}

/** A pool whose ready work nobody starts. */
export interface StalledPool {
  readonly pool: string;
  /** Why, as far as the dispatcher can tell. */
  readonly cause: string;
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
  | ({ readonly kind: "ClockStepped" } & ClockStep)
  | {
    /** Ready work that could run has not been dispatched for too long: the pools of which this is true. */
    readonly kind: "WorkStalled";
    readonly pools: readonly StalledPool[];
  }
  /** There is none, or none any more. */
  | { readonly kind: "WorkMoving" }
  | {
    /** From the cluster actor: a renewal stood that was sent after the tick at `at`. */
    readonly kind: "LeaseRenewed";
    readonly node: string;
    readonly at: number;
    readonly cluster: ClusterStatus;
  }
  | {
    /** `node` is no member any more, and its runs go to others: it has to begin anew with a new id. */
    readonly kind: "NodeFenced";
    readonly node: string;
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
