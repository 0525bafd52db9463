/** What the supervisor takes, and what it replies. */
import type { Result } from "../domain/error.ts";

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
  /** Isolates that were ended while they did not answer: their threads may still use a core each. */
  readonly abandonedIsolates?: number;
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
