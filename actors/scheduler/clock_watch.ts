import type { ClockStep } from "../protocol.ts";
import { getLogger } from "../telemetry/logger.ts";

export interface ClockWatchOptions {
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Milliseconds of a clock that nobody sets. */
  readonly monotonic: () => number;
  readonly onStep: (step: ClockStep) => void;
}

/** Less is what reading two clocks one after the other, in a busy process, may come to. */
const STEP_MS = 1_000;
/** A clock that is being corrected gently runs fast or slow by up to 0.05 %; twice that is no step. */
const SLEW = 0.001;

const log = getLogger("scheduler");

/**
 * Notices that the wall clock was set (or that the machine slept) by comparing it with the monotonic
 * clock whenever it is asked to: an idle node has no timer for it.
 */
export class ClockWatch {
  readonly #options: ClockWatchOptions;
  #now: number;
  #monotonic: number;

  constructor(options: ClockWatchOptions) {
    this.#options = options;
    this.#now = options.now();
    this.#monotonic = options.monotonic();
  }

  look(): void {
    const now = this.#options.now();
    const monotonic = this.#options.monotonic();
    const elapsed = monotonic - this.#monotonic;
    const byMs = Math.round(now - this.#now - elapsed);
    this.#now = now;
    this.#monotonic = monotonic;
    if (Math.abs(byMs) <= STEP_MS + elapsed * SLEW) return;
    log.warn("the clock stepped by {byMs} ms, or the machine slept", { byMs });
    this.#options.onStep({ at: now, byMs });
  }
}
