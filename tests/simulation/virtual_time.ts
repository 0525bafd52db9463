/** Time that passes only when the simulation lets it, behind the globals that the product's code calls. */
import { setImmediate } from "node:timers";

interface Entry {
  readonly at: number;
  /** Breaks ties, in the order in which the timers were set. */
  readonly order: number;
  readonly call: () => void;
}

const NATIVE = { setTimeout: globalThis.setTimeout, clearTimeout: globalThis.clearTimeout };
const nativePerformanceNow = performance.now;
/** Turns of the event loop without anything new after which all that follows from an event has happened. */
const QUIET_TURNS = 3;

/**
 * A clock in simulated milliseconds, and everything that is to happen on it. The clock of the test kit
 * counts whole milliseconds; here messages overtake each other within one.
 */
export class VirtualTime {
  /** Only grows. */
  elapsed = 0;
  /** What the wall clock shows beyond `elapsed`; a step of it is a change of this. */
  wallOffset = 1_700_000_000_000;
  #order = 0;
  #activity = 0;
  /** Sorted, the next one last: there are never more than some hundreds. */
  readonly #entries: Entry[] = [];
  readonly #processTimers = new Set<number>();

  /** Epoch ms, as the simulated machine's clock shows it. */
  now(): number {
    return Math.floor(this.elapsed + this.wallOffset);
  }

  /** Says that something happened which may have consequences in this turn or the next. */
  stir(): void {
    this.#activity++;
  }

  /** Has `call` happen after `delayMs`, whatever becomes of the process. Answers what `cancel` takes. */
  after(delayMs: number, call: () => void): number {
    return this.at(this.elapsed + Math.max(0, delayMs), call);
  }

  /** The same at a time of its own, in ms as `elapsed` counts them. */
  at(at: number, call: () => void): number {
    this.#activity++;
    const order = ++this.#order;
    let low = 0;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const entry = this.#entries[middle];
      if (entry !== undefined && entry.at > at) low = middle + 1;
      else high = middle;
    }
    this.#entries.splice(low, 0, { at, order, call });
    return order;
  }

  cancel(order: number): void {
    const index = this.#entries.findIndex((entry) => entry.order === order);
    if (index >= 0) this.#entries.splice(index, 1);
  }

  /** Goes to the next thing that is to happen and lets it; false when there is none until `until`. */
  step(until: number): boolean {
    const next = this.#entries.at(-1);
    if (next === undefined || next.at > until) return false;
    this.#entries.pop();
    this.elapsed = Math.max(this.elapsed, next.at);
    next.call();
    return true;
  }

  /** Resolves when nothing more follows from what has happened, without time passing. */
  async settle(): Promise<void> {
    for (let quiet = 0; quiet < QUIET_TURNS; quiet++) {
      const before = this.#activity;
      await new Promise<void>((resolve) => setImmediate(resolve));
      if (this.#activity !== before) quiet = -1;
    }
  }

  /** Forgets the timers of the simulated process, which is gone. */
  clearProcessTimers(): void {
    for (const order of this.#processTimers) this.cancel(order);
    this.#processTimers.clear();
  }

  /** Puts this time behind the globals that tell or keep time until the answer is called. */
  install(): () => void {
    const setTimer = (call: (...args: unknown[]) => void, delayMs = 0, ...args: unknown[]) => {
      const order = this.after(delayMs, () => {
        this.#processTimers.delete(order);
        call(...args);
      });
      this.#processTimers.add(order);
      return order;
    };
    const clearTimer = (order?: number) => {
      if (order === undefined) return;
      this.#processTimers.delete(order);
      this.cancel(order);
    };
    Object.assign(globalThis, { setTimeout: setTimer, clearTimeout: clearTimer });
    performance.now = () => this.elapsed;
    return () => {
      Object.assign(globalThis, NATIVE);
      performance.now = nativePerformanceNow;
    };
  }
}
