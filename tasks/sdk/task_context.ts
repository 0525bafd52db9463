import type { TaskValue } from "./value.ts";

/** What a log line says besides its text: JSON, bounded. */
export type TaskLogFields = Readonly<Record<string, unknown>>;

/** Writes lines that are kept with the task: at most 1,000 a run, 8 KiB each. */
export interface TaskLog {
  debug(message: string, fields?: TaskLogFields): void;
  info(message: string, fields?: TaskLogFields): void;
  warn(message: string, fields?: TaskLogFields): void;
  error(message: string, fields?: TaskLogFields): void;
}

/** What task code knows of its run, and can say about it. */
export interface TaskContext {
  readonly taskId: string;
  /** Null for a task that was submitted alone. */
  readonly workflowId: string | null;
  /** 1 at first; counts the runs that were charged. After a crash a task may start again with the same. */
  readonly attempt: number;
  /** Grows with every start of the task, charged or not. */
  readonly run: number;
  /** Aborts on cancellation, timeout, drain and a lost lease; its `reason` is a `TaskAbortError`. */
  readonly signal: AbortSignal;
  /** Results of the dependencies that completed, by id and by key in the workflow; keys win. */
  readonly deps: Readonly<Record<string, TaskValue>>;
  /** W3C trace context of the request that submitted the task. */
  readonly traceparent: string | null;
  readonly log: TaskLog;
  /** Shows how far the run is: `fraction` from 0 to 1 (what lies outside is cut), and a short note. */
  progress(fraction: number, note?: string): void;
  /** Says that the run is alive, for tasks with a `heartbeatTimeoutMs`; so does `progress`. */
  heartbeat(): void;
}
