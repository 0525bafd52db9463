import { setImmediate } from "node:timers";
import type { Clock, Timer } from "../../../actors/executor/clock.ts";

interface Due {
  readonly at: number;
  readonly callback: () => void;
}

/** A clock that stands still until the test moves it. */
export class ManualClock implements Clock {
  #elapsed = 0;
  #timers = new Set<Due>();
  #turns: (() => void)[] = [];

  now(): number {
    return 1_000_000 + this.#elapsed;
  }

  elapsed(): number {
    return this.#elapsed;
  }

  startTimer(callback: () => void, delayMs: number): Timer {
    const due: Due = { at: this.#elapsed + delayMs, callback };
    this.#timers.add(due);
    return { cancel: () => void this.#timers.delete(due) };
  }

  nextTurn(callback: () => void): void {
    this.#turns.push(callback);
  }

  get timerCount(): number {
    return this.#timers.size;
  }

  /** Lets time pass without letting timers fire, as blocking code does. */
  block(ms: number): void {
    this.#elapsed += ms;
  }

  /** Lets time pass; timers fire in order, each followed by what it set off. */
  async advance(ms: number): Promise<void> {
    const end = this.#elapsed + ms;
    while (true) {
      const next = [...this.#timers].filter(({ at }) => at <= end)
        .sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.#timers.delete(next);
      this.#elapsed = Math.max(this.#elapsed, next.at);
      next.callback();
      await this.settle();
    }
    this.#elapsed = Math.max(this.#elapsed, end);
    await this.settle();
  }

  /** Runs everything that is due without time passing: turns, and all promises that are settled. */
  async settle(): Promise<void> {
    do {
      const turns = this.#turns;
      this.#turns = [];
      for (const turn of turns) turn();
      // A real turn of the event loop comes after all promises that can settle without one.
      await new Promise<void>((resolve) => setImmediate(resolve));
    } while (this.#turns.length > 0);
  }
}
