/** Longest that a JavaScript timer can wait. */
const MAX_TIMEOUT_MS = 0x7fff_ffff;

/** One timer for everything that is due at a time. It fires at or after the earliest time that was set. */
export class Clock {
  readonly #onTime: () => void;
  readonly #now: () => number;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #at = Infinity;

  constructor({ onTime, now }: { readonly onTime: () => void; readonly now: () => number }) {
    this.#onTime = onTime;
    this.#now = now;
  }

  /** When it fires next; Infinity when it is not set. */
  get at(): number {
    return this.#at;
  }

  /** Sees to it that the clock fires at `at`, epoch ms, at the latest. */
  set(at: number): void {
    if (at >= this.#at) return;
    this.#at = at;
    this.#arm();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#at = Infinity;
  }

  #arm(): void {
    clearTimeout(this.#timer);
    const wait = Math.min(Math.max(0, this.#at - this.#now()), MAX_TIMEOUT_MS);
    this.#timer = setTimeout(() => this.#fire(), wait);
  }

  #fire(): void {
    // Timers may fire early by a fraction, after the longest wait, or after the clock was set back.
    if (this.#now() < this.#at) return this.#arm();
    this.#at = Infinity;
    this.#onTime();
  }
}
