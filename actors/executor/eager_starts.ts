import type { Attempt } from "./attempt.ts";
import type { AttemptTable } from "./attempt_table.ts";
import type { Clock } from "./clock.ts";
import type { StartPolicy } from "./start_policy.ts";

/** How long starts may keep the isolate from anything else, in ms. */
const SLICE_MS = 10;

export interface EagerStartsOptions {
  readonly table: AttemptTable;
  readonly slots: number;
  readonly clock: Clock;
  readonly start: (attempt: Attempt) => void;
}

/** For asynchronous code: starts all that there are slots for, at once. */
export class EagerStarts implements StartPolicy {
  readonly #options: EagerStartsOptions;
  #starting = false;

  constructor(options: EagerStartsOptions) {
    this.#options = options;
  }

  resume(): void {
    // An attempt may end while it is being started, which leads back to here.
    if (this.#starting) return;
    this.#starting = true;
    this.#startAll();
  }

  #startAll(): void {
    const { table, slots, clock, start } = this.#options;
    if (table.waitingCount > 0) {
      const sliceEnd = clock.elapsed() + SLICE_MS;
      while (table.runningCount < slots) {
        const next = table.startNext();
        if (next === undefined) break;
        start(next);
        if (table.waitingCount > 0 && clock.elapsed() > sliceEnd) {
          return clock.nextTurn(() => this.#startAll());
        }
      }
    }
    this.#starting = false;
  }
}
