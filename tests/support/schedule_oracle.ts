import { expectedTicks } from "./expected_ticks.ts";

export interface OracleSchedule {
  readonly cron: string;
  readonly timezone: string;
  readonly catchUpWindowMs: number;
}

/** What should have become of one schedule's ticks. Nominal times, epoch ms. */
export interface ExpectedOutcome {
  /** With the time at which each was noticed. */
  readonly fired: ReadonlyMap<number, number>;
  readonly missed: readonly number[];
}

/**
 * Follows one schedule through whatever happens to the node and its clock, by the rules as users are
 * told them, and says which ticks should have fired. It is told when the node looks at the time.
 */
export class ScheduleOracle {
  readonly #schedule: OracleSchedule;
  readonly #ticks: readonly number[];
  readonly #fired = new Map<number, number>();
  readonly #missed: number[] = [];
  /** Up to here every tick has had its turn. */
  #seenUntil: number;
  #next = 0;
  #paused = false;
  #ended = false;

  constructor(schedule: OracleSchedule, range: { readonly after: number; readonly until: number }) {
    this.#schedule = schedule;
    this.#ticks = expectedTicks({ ...schedule, ...range });
    this.#seenUntil = range.after;
  }

  set paused(paused: boolean) {
    this.#paused = paused;
  }

  /** The schedule is deleted: nothing happens to it any more. */
  end(): void {
    this.#ended = true;
  }

  /** The clock has gone up to `now` without a break while the node was at work: each tick is on time. */
  passedTo(now: number): void {
    this.#take(now, (tick) => this.#fired.set(tick, tick));
  }

  /** The node looks at the time again, after a break of any kind. */
  lookedAt(now: number): void {
    this.#take(now, (tick) => {
      if (now - tick <= this.#schedule.catchUpWindowMs) this.#fired.set(tick, now);
      else this.#missed.push(tick);
    });
  }

  get expected(): ExpectedOutcome {
    return { fired: this.#fired, missed: this.#missed };
  }

  #take(now: number, decide: (tick: number) => void): void {
    if (this.#paused || this.#ended) return;
    this.#seenUntil = Math.max(this.#seenUntil, now);
    for (;;) {
      const tick = this.#ticks[this.#next];
      if (tick === undefined || tick > this.#seenUntil) return;
      decide(tick);
      this.#next++;
    }
  }
}
