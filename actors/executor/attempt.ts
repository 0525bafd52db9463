import { type TaskAbortCause, TaskAbortError } from "../../tasks/sdk/mod.ts";
import type { TaskProgress } from "../domain/task.ts";
import type { Assignment } from "../protocol.ts";
import { RunLog } from "./run_log.ts";

// Taken before task code is loaded, which may replace the globals.
const { AbortController } = globalThis;

/** One run of a task in this executor, from its assignment until it has an outcome. */
export class Attempt {
  readonly assignment: Assignment;
  readonly log: RunLog;
  #controller: InstanceType<typeof AbortController> | null = null;
  #abortCause: TaskAbortCause | null = null;
  #ended = false;
  #silent = false;
  /** Epoch ms; null while it waits for a slot. */
  startedAt: number | null = null;
  /** When its timeout passes, on the clock's `elapsed`. */
  timeoutAt = Infinity;
  /** When its silence has been too long, on the clock's `elapsed`. */
  silentAt = Infinity;
  /** What was said of progress and not reported yet. */
  progress: TaskProgress | null = null;

  constructor(assignment: Assignment) {
    this.assignment = assignment;
    this.log = new RunLog(assignment.run);
  }

  /** Tells this run from others of the same task, which may be here at the same time. */
  get key(): string {
    return runKey(this.assignment);
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Why its signal has aborted; null while it has not. */
  get abortCause(): TaskAbortCause | null {
    return this.#abortCause;
  }

  /** Made when the code asks for it: most runs never look at their signal. */
  get signal(): AbortSignal {
    if (this.#controller === null) {
      this.#controller = new AbortController();
      if (this.#abortCause !== null) this.#controller.abort(new TaskAbortError(this.#abortCause));
    }
    return this.#controller.signal;
  }

  /** True when it was aborted for want of heartbeats. */
  get silent(): boolean {
    return this.#silent;
  }

  get deadline(): number {
    return Math.min(this.timeoutAt, this.silentAt);
  }

  /**
   * Aborts the signal. What came first decides how the end is counted, but for two: a cancellation
   * outweighs what would give the run back, and a run that has been taken over is of no interest any more.
   */
  abort(cause: TaskAbortCause): void {
    const before = this.#abortCause;
    const outweighs = before === null || cause === "stale" ||
      ((before === "drain" || before === "lease") && cause === "cancelled");
    if (this.#ended || !outweighs) return;
    this.#abortCause = cause;
    this.timeoutAt = Infinity;
    this.silentAt = Infinity;
    // Handlers of task code run in here: one that throws is reported to the isolate, not to us.
    if (before === null) this.#controller?.abort(new TaskAbortError(cause));
  }

  /** Aborts it because a deadline has passed, and remembers which one. */
  timeOut(): void {
    const silent = this.silentAt < this.timeoutAt;
    this.abort("timeout");
    this.#silent = silent && this.#abortCause === "timeout";
  }

  /** From now on nothing that its code does counts. */
  end(): void {
    this.#ended = true;
    this.timeoutAt = Infinity;
    this.silentAt = Infinity;
  }
}

/** A key for one run of one task. */
export function runKey(run: { readonly num: number; readonly run: number }): string {
  return `${run.num}:${run.run}`;
}
