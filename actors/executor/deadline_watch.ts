import type { Clock, Timer } from "./clock.ts";

/** Deadlines nearer together than this are served by one wake-up, in ms. */
const SLACK_MS = 5;

/**
 * One timer for the deadlines of all running attempts, set for the earliest of them. It is not set
 * back when that attempt ends, since most attempts end long before theirs: the wake-up looks at
 * those that run then, which are few, and is told the next deadline.
 */
export class DeadlineWatch {
  readonly #clock: Clock;
  readonly #check: (elapsed: number) => number;
  #timer: Timer | null = null;
  #wakeAt = Infinity;

  /** `check` acts on what has passed, and returns the earliest deadline that is left. */
  constructor(clock: Clock, check: (elapsed: number) => number) {
    this.#clock = clock;
    this.#check = check;
  }

  /** Makes sure that `check` is called at `deadline`, on the clock's `elapsed`, or soon after. */
  watch(deadline: number): void {
    if (deadline >= this.#wakeAt || deadline === Infinity) return;
    this.#timer?.cancel();
    this.#wakeAt = deadline + SLACK_MS;
    const delayMs = Math.max(0, this.#wakeAt - this.#clock.elapsed());
    this.#timer = this.#clock.startTimer(() => this.#wake(), delayMs);
  }

  /** Forgets every deadline. */
  stop(): void {
    this.#timer?.cancel();
    this.#timer = null;
    this.#wakeAt = Infinity;
  }

  #wake(): void {
    this.#timer = null;
    this.#wakeAt = Infinity;
    this.watch(this.#check(this.#clock.elapsed()));
  }
}
