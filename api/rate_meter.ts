/** Events a second over the last minute, in one small ring. */
export class RateMeter {
  readonly #buckets = new Float64Array(60);
  #lastSecond: number;
  readonly #startedAt: number;

  /** `now`: epoch ms. */
  constructor(now: number) {
    this.#startedAt = now;
    this.#lastSecond = Math.floor(now / 1_000);
  }

  /** Counts `count` events at `now`. */
  add(count: number, now: number): void {
    const second = this.#advance(now);
    const slot = second % this.#buckets.length;
    this.#buckets[slot] = (this.#buckets[slot] ?? 0) + count;
  }

  /** The mean of the last minute, or of the time since the start where that is shorter. */
  perSecond(now: number): number {
    this.#advance(now);
    const spanSeconds = Math.min(Math.max((now - this.#startedAt) / 1_000, 1), 60);
    return Math.round(this.#buckets.reduce((sum, count) => sum + count, 0) / spanSeconds * 100) /
      100;
  }

  /** Empties the seconds that have passed since the last call; a clock set back stays in its second. */
  #advance(now: number): number {
    const second = Math.max(Math.floor(now / 1_000), this.#lastSecond);
    const passed = Math.min(second - this.#lastSecond, this.#buckets.length);
    for (let i = 1; i <= passed; i++) {
      this.#buckets[(this.#lastSecond + i) % this.#buckets.length] = 0;
    }
    this.#lastSecond = second;
    return second;
  }
}
