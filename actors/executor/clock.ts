import { setImmediate } from "node:timers";

/** A timer that has not fired may be cancelled; cancelling twice is harmless. */
export interface Timer {
  cancel(): void;
}

/** Time as the executor sees it, so that tests decide what time it is. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  /** Milliseconds that only grow; for lengths of time. */
  elapsed(): number;
  startTimer(callback: () => void, delayMs: number): Timer;
  /** Calls back after whatever else the event loop has to do now. */
  nextTurn(callback: () => void): void;
}

// Taken before task code is loaded, which may replace the globals.
const { setTimeout, clearTimeout, performance, Date: OriginalDate } = globalThis;
const now = OriginalDate.now.bind(OriginalDate);
const elapsed = performance.now.bind(performance);

/** The isolate's own clock. */
export const isolateClock: Clock = {
  now,
  elapsed,
  startTimer(callback, delayMs) {
    const timer = setTimeout(callback, delayMs);
    return { cancel: () => clearTimeout(timer) };
  },
  nextTurn: (callback) => void setImmediate(callback),
};
