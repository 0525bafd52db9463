/** A measurement that is so far off is a clock that was set, not a slow answer. */
const SET_MS = 1_000;
/** How fast the estimate gives way to measurements that are behind it: the clocks' rates differ a little. */
const DRIFT_MS = 1;

/**
 * The database's clock between two looks at it. An answer only ever comes late, so that the furthest
 * measurement is the best one; this clock does not run back by the jitter of answers.
 */
export class ServerClock {
  readonly #monotonic: () => number;
  /** What is to be added to the local clock; null before the first look. */
  #offsetMs: number | null = null;

  constructor(monotonic: () => number = () => performance.now()) {
    this.#monotonic = monotonic;
  }

  /** Takes in that the server's clock said `serverMs` (epoch), just now or a little earlier. */
  look(serverMs: number): void {
    const measured = serverMs - this.#monotonic();
    const known = this.#offsetMs;
    this.#offsetMs = known === null || Math.abs(measured - known) > SET_MS
      ? measured
      : Math.max(measured, known - DRIFT_MS);
  }

  /** Epoch milliseconds. */
  now(): number {
    if (this.#offsetMs === null) throw new Error("the database's clock was not looked at yet");
    return Math.floor(this.#monotonic() + this.#offsetMs);
  }
}
