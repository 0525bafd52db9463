/** What front-ends hand over, and what they are answered. */
import type { TaskTemplate } from "../domain/schedule.ts";
import type { TaskRecord, WorkflowRecord } from "../domain/task.ts";

/** A task as a front-end hands it over: validated in form, nothing looked up. */
export interface Submission extends TaskTemplate {
  readonly id: string;
  readonly runAt: number | null;
  readonly expiresAt: number | null;
  /** Stands in for the server's default, below the definition's: the older gRPC service gives one attempt. */
  readonly defaultMaxAttempts: number | null;
  readonly contentHash: string;
  /** Subject and key of an `Idempotency-Key`, joined; null without one. */
  readonly idempotencyKey: string | null;
  readonly traceparent: string | null;
}

export interface SubmittedTask {
  /** False when the id or idempotency key was known with the same content, and for a duplicate. */
  readonly created: boolean;
  /** True when `task` is another one, beside which the submission asked to make none. */
  readonly duplicate?: true;
  readonly task: TaskRecord;
}

export interface SubmittedWorkflow {
  readonly created: boolean;
  readonly workflow: WorkflowRecord;
}
