import type { TaskContext, TaskLog, TaskLogFields, TaskValue } from "../../tasks/sdk/mod.ts";
import type { LogLevel } from "../domain/task.ts";
import type { Attempt } from "./attempt.ts";
import { dependencyResults } from "./attempt_input.ts";
import { boundText } from "./bounded_text.ts";
import type { Clock } from "./clock.ts";

const NOTE_BYTES = 1_000;

/** What a context tells the executor. */
export interface AttemptListener {
  readonly clock: Clock;
  /** There is progress, or a log line, to report. */
  onReport(attempt: Attempt): void;
}

/**
 * The context of one attempt. Everything in it is made when it is first asked for, because most
 * code asks for little of it, and stays valid apart from the context: `const { log } = ctx`. After
 * the attempt's end it takes no notice any more.
 */
export class AttemptContext implements TaskContext {
  readonly #attempt: Attempt;
  readonly #listener: AttemptListener;
  #deps: TaskContext["deps"] | null = null;
  #log: TaskLog | null = null;
  #progress: TaskContext["progress"] | null = null;
  #heartbeat: TaskContext["heartbeat"] | null = null;

  constructor(attempt: Attempt, listener: AttemptListener) {
    this.#attempt = attempt;
    this.#listener = listener;
  }

  get taskId(): string {
    return this.#attempt.assignment.id;
  }

  get workflowId(): string | null {
    return this.#attempt.assignment.workflowId;
  }

  get attempt(): number {
    return this.#attempt.assignment.attempt;
  }

  get run(): number {
    return this.#attempt.assignment.run;
  }

  get traceparent(): string | null {
    return this.#attempt.assignment.traceparent;
  }

  get signal(): AbortSignal {
    return this.#attempt.signal;
  }

  get deps(): Readonly<Record<string, TaskValue>> {
    return this.#deps ??= dependencyResults(this.#attempt.assignment.deps);
  }

  get log(): TaskLog {
    return this.#log ??= {
      debug: (message, fields) => this.#addLine("debug", message, fields),
      info: (message, fields) => this.#addLine("info", message, fields),
      warn: (message, fields) => this.#addLine("warn", message, fields),
      error: (message, fields) => this.#addLine("error", message, fields),
    };
  }

  get progress(): TaskContext["progress"] {
    return this.#progress ??= (fraction, note) => this.#setProgress(fraction, note);
  }

  get heartbeat(): TaskContext["heartbeat"] {
    return this.#heartbeat ??= () => this.#beat();
  }

  #addLine(level: LogLevel, message: string, fields: TaskLogFields | undefined): void {
    const attempt = this.#attempt;
    if (attempt.ended) return;
    if (attempt.log.add(this.#listener.clock.now(), level, message, fields)) {
      this.#listener.onReport(attempt);
    }
  }

  #setProgress(fraction: number, note: string | undefined): void {
    const attempt = this.#attempt;
    if (attempt.ended) return;
    if (typeof fraction !== "number" || Number.isNaN(fraction)) {
      throw new TypeError(`Cannot show progress ${fraction}: it must be a number from 0 to 1`);
    }
    attempt.progress = {
      fraction: Math.min(1, Math.max(0, fraction)),
      note: note === undefined ? null : boundText(String(note), NOTE_BYTES),
    };
    this.#beat();
    this.#listener.onReport(attempt);
  }

  /** Moves the deadline of silence; the timer finds out when it fires. */
  #beat(): void {
    const attempt = this.#attempt;
    const { heartbeatTimeoutMs } = attempt.assignment;
    if (heartbeatTimeoutMs === null || attempt.ended || attempt.abortCause !== null) return;
    attempt.silentAt = this.#listener.clock.elapsed() + heartbeatTimeoutMs;
  }
}
