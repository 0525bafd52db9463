/** What front-ends hand over, and what they are answered. */
import type {
  RetryPolicy,
  TaskMode,
  TaskRecord,
  TriggerRule,
  WorkflowRecord,
} from "../domain/task.ts";

/** A task as a front-end hands it over: validated in form, nothing looked up. */
export interface Submission {
  readonly id: string;
  readonly key: string | null;
  readonly method: string;
  /** Chooses between two definitions of one name; null takes the one there is, async first. */
  readonly mode: TaskMode | null;
  /** JSON text of an array in the notation of `domain/value.ts`. */
  readonly args: string;
  /** Ids of existing tasks; in a workflow also keys of it, which win. */
  readonly deps: readonly string[];
  readonly triggerRule: TriggerRule | null;
  readonly queue: string | null;
  readonly priority: number | null;
  readonly runAt: number | null;
  readonly delayMs: number | null;
  readonly expiresAt: number | null;
  readonly timeoutMs: number | null;
  readonly heartbeatTimeoutMs: number | null;
  readonly concurrencyKey: string | null;
  readonly retry: Partial<RetryPolicy> | null;
  /** Stands in for the server's default, below the definition's: the older gRPC service gives one attempt. */
  readonly defaultMaxAttempts: number | null;
  readonly labels: Readonly<Record<string, string>>;
  readonly contentHash: string;
  /** Subject and key of an `Idempotency-Key`, joined; null without one. */
  readonly idempotencyKey: string | null;
  readonly traceparent: string | null;
}

export interface SubmittedTask {
  /** False when the id or idempotency key was known with the same content. */
  readonly created: boolean;
  readonly task: TaskRecord;
}

export interface SubmittedWorkflow {
  readonly created: boolean;
  readonly workflow: WorkflowRecord;
}
