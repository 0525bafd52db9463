import type { Attempt } from "./attempt.ts";
import type { AttemptTable } from "./attempt_table.ts";
import type { Clock } from "./clock.ts";
import type { MethodPace } from "./method_pace.ts";
import type { OutcomeBuffer } from "./outcome_buffer.ts";
import type { StartPolicy } from "./start_policy.ts";

/** Longest wait for acknowledgements before a start, in ms. */
const MAX_WAIT_MS = 100;

export interface PacedStartsOptions {
  readonly table: AttemptTable;
  readonly outcomes: OutcomeBuffer;
  readonly pace: MethodPace;
  readonly clock: Clock;
  readonly start: (attempt: Attempt) => void;
}

/**
 * For code that may block the isolate: one attempt at a time, and a turn of the event loop between
 * two, in which messages come and go. Before a run that may be long the outcomes so far have to be
 * acknowledged: should its isolate be terminated, those would be lost, and their code run again.
 */
export class PacedStarts implements StartPolicy {
  readonly #options: PacedStartsOptions;
  /** A start is due already. */
  #due = false;

  constructor(options: PacedStartsOptions) {
    this.#options = options;
  }

  resume(): void {
    const { table, clock } = this.#options;
    if (this.#due || table.runningCount > 0 || table.waitingCount === 0) return;
    this.#due = true;
    clock.nextTurn(() => this.#startOrWait());
  }

  #startOrWait(): void {
    const { table, outcomes, pace } = this.#options;
    const next = table.peekNext();
    const mayBlock = next !== undefined && !pace.isQuick(next.assignment.method);
    if (mayBlock && outcomes.size > 0) this.#startWhenAcknowledged();
    else this.#start();
  }

  #startWhenAcknowledged(): void {
    let started = false;
    const startOnce = () => {
      if (started) return;
      started = true;
      timer.cancel();
      this.#start();
    };
    const timer = this.#options.clock.startTimer(startOnce, MAX_WAIT_MS);
    void this.#options.outcomes.whenEmpty().then(startOnce);
  }

  #start(): void {
    this.#due = false;
    const next = this.#options.table.startNext();
    if (next !== undefined) this.#options.start(next);
  }
}
