import { setImmediate } from "node:timers";
import { type Clock, install } from "@sinonjs/fake-timers";

/** The isolate's own, whatever stands in its place later. */
const nativeSetTimeout = globalThis.setTimeout;

/** A longer one would fire at once. */
const TIMER_MAX_MS = 2 ** 31 - 1;
/** Turns of the event loop without anything new after which all that follows has happened. */
const QUIET_TURNS = 5;
/** Real time that code under test gets for what it waits for outside, a request say, before time passes. */
const REAL_WAIT_MS = 20;

/**
 * Time that passes only when a test lets it, behind `Date`, `performance.now` and the timers of this isolate.
 * What really takes time (files, sockets, promises) goes on as ever.
 */
export class TestClock {
  readonly #clock: Clock;
  #activity = 0;
  /** What ran when code was last given real time. */
  #waitedFor = "";

  /** Stands from now on; `start` is epoch ms. */
  constructor(start: number) {
    this.#clock = install({
      now: start,
      toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "Date", "performance"],
    });
  }

  /** Epoch ms. */
  get now(): number {
    return this.#clock.now;
  }

  /** Says that something happened that may have consequences. */
  stir(): void {
    this.#activity++;
  }

  /**
   * Resolves when nothing more follows without time passing. `running` names the code that runs, which may
   * wait for something outside: the first time it is seen, it gets real time for that.
   */
  async settle(running: () => Promise<string> = () => Promise.resolve("")): Promise<void> {
    for (;;) {
      await this.#quiet();
      const code = await running();
      await this.#quiet();
      if (code === "" || code === this.#waitedFor) return;
      this.#waitedFor = code;
      await new Promise<void>((resolve) => nativeSetTimeout(resolve, REAL_WAIT_MS));
    }
  }

  /** Goes to the next timer and lets it fire, but not beyond `until`; false where none is left up to there. */
  step(until: number): boolean {
    const left = Math.max(0, until - this.#clock.now);
    let reached = false;
    // Comes after all that are due at the same time and were there before it.
    const end = this.#clock.setTimeout(
      () => reached = left <= TIMER_MAX_MS,
      Math.min(left, TIMER_MAX_MS),
    );
    this.#clock.next();
    this.#clock.clearTimeout(end);
    return !reached;
  }

  /** Gives the isolate its own time back. */
  uninstall(): void {
    this.#clock.uninstall();
  }

  async #quiet(): Promise<void> {
    for (let quiet = 0; quiet < QUIET_TURNS; quiet++) {
      const before = this.#activity;
      await new Promise<void>((resolve) => setImmediate(resolve));
      if (this.#activity !== before) quiet = -1;
    }
  }
}
