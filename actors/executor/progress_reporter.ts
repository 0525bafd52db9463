import type { RunProgress, SchedulerProtocol } from "../protocol.ts";
import type { ActorRef } from "../runtime/mod.ts";
import type { Attempt } from "./attempt.ts";
import type { Clock, Timer } from "./clock.ts";

/** How often at most an attempt's progress and log lines are reported, in ms. */
const INTERVAL_MS = 200;

/**
 * Gathers the progress and log lines of running attempts, and reports those of all in one message.
 * Lines that are left when an attempt ends travel with its outcome.
 */
export class ProgressReporter {
  readonly #scheduler: ActorRef<SchedulerProtocol>;
  readonly #clock: Clock;
  readonly #due = new Set<Attempt>();
  #timer: Timer | null = null;

  constructor(scheduler: ActorRef<SchedulerProtocol>, clock: Clock) {
    this.#scheduler = scheduler;
    this.#clock = clock;
  }

  /** The attempt has something new to report. */
  note(attempt: Attempt): void {
    this.#due.add(attempt);
    this.#timer ??= this.#clock.startTimer(() => this.#tick(), INTERVAL_MS);
  }

  /** The attempt is about to end: its last progress is sent ahead of its outcome. */
  finish(attempt: Attempt): void {
    if (!this.#due.delete(attempt) || attempt.progress === null) return;
    if (attempt.abortCause !== "stale") this.#send([attempt]);
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = null;
    this.#due.clear();
  }

  #tick(): void {
    this.#timer = null;
    const due = [...this.#due].filter((attempt) => attempt.abortCause !== "stale");
    this.#due.clear();
    if (due.length > 0) this.#send(due);
  }

  #send(attempts: readonly Attempt[]): void {
    const items = attempts.map((attempt): RunProgress => {
      const { num, run } = attempt.assignment;
      return { num, run, progress: attempt.progress, logs: attempt.log.take() };
    });
    if (this.#scheduler.tell({ kind: "ReportProgress", items })) {
      for (const attempt of attempts) attempt.progress = null;
      return;
    }
    // The lane is full. Nothing is lost yet: the next tick, or the outcome, takes it along.
    attempts.forEach((attempt, index) => {
      attempt.log.putBack(items[index]?.logs ?? []);
      if (!attempt.ended) this.note(attempt);
    });
  }
}
