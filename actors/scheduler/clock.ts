/**
 * Longest sleep before the time is looked at again: a system's clock that is set forward does not make
 * a timer fire. Nothing that is set means no sleep at all.
 */
const MAX_SLEEP_MS = 30_000;

/** Calls `callback` after `delayMs`; answers what calls it off. */
export type StartTimer = (callback: () => void, delayMs: number) => () => void;

export interface ClockOptions {
  readonly onTime: () => void;
  /** Called when a sleep ends at an earlier time than it began at: what counts time begins anew. */
  readonly onSetBack?: () => void;
  readonly now: () => number;
  /** The system's timers when absent. */
  readonly startTimer?: StartTimer;
}

/** One timer for everything that is due at a time. It fires at or after the earliest time that was set. */
export class Clock {
  readonly #onTime: () => void;
  readonly #onSetBack: () => void;
  readonly #now: () => number;
  readonly #startTimer: StartTimer;
  #cancel = () => {};
  #at = Infinity;
  #armedAt = -Infinity;
  #stopped = false;

  constructor({ onTime, onSetBack = () => {}, now, startTimer = systemTimer }: ClockOptions) {
    this.#onTime = onTime;
    this.#onSetBack = onSetBack;
    this.#now = now;
    this.#startTimer = startTimer;
  }

  /** When it fires next; Infinity when it is not set. */
  get at(): number {
    return this.#at;
  }

  /** Sees to it that the clock fires at `at`, epoch ms, at the latest. */
  set(at: number): void {
    if (this.#stopped || at >= this.#at) return;
    this.#at = at;
    this.#arm();
  }

  /** For good: what is set afterwards does not count. */
  stop(): void {
    this.#stopped = true;
    this.#cancel();
    this.#at = Infinity;
  }

  #arm(): void {
    this.#cancel();
    this.#armedAt = this.#now();
    const wait = Math.min(Math.max(0, this.#at - this.#armedAt), MAX_SLEEP_MS);
    this.#cancel = this.#startTimer(() => this.#fire(), wait);
  }

  #fire(): void {
    // Timers may fire early by a fraction, after the longest sleep, or after the clock was set back.
    const now = this.#now();
    if (now < this.#at) {
      const wasSetBack = now < this.#armedAt;
      this.#arm();
      if (wasSetBack) this.#onSetBack();
      return;
    }
    this.#at = Infinity;
    this.#onTime();
  }
}

function systemTimer(callback: () => void, delayMs: number): () => void {
  const timer = setTimeout(callback, delayMs);
  return () => clearTimeout(timer);
}
