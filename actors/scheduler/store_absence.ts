import { StoreFencedError, StoreUnavailableError, StoreUncertainError } from "../storage/port.ts";

/** Between the first looks whether a store is back, and at most; it is there again for long before that. */
const FIRST_LOOK_MS = 100;
const LONGEST_MS = 1_000;

/** True where the store can't be used for now, or never again by this incarnation of the node. */
export function isAbsent(
  error: unknown,
): error is StoreFencedError | StoreUnavailableError | StoreUncertainError {
  return error instanceof StoreFencedError || error instanceof StoreUnavailableError ||
    error instanceof StoreUncertainError;
}

/** A store that is away: that it is, why, and when to look whether it is back. */
export class StoreAbsence {
  #cause: Error | null = null;
  #lookMs = FIRST_LOOK_MS;
  #wake = () => {};
  #stopped = false;

  /** Why the store is away; null while it is there. */
  get cause(): Error | null {
    return this.#cause;
  }

  /** The store did not answer, or answered that it takes no work. */
  begin(cause: Error): void {
    this.#cause = cause;
  }

  /** The store has answered. */
  end(): void {
    this.#cause = null;
    this.#lookMs = FIRST_LOOK_MS;
  }

  /** Waits until it is time to look again; false when nobody wants to know any more. */
  patience(): Promise<boolean> {
    const ms = this.#lookMs;
    this.#lookMs = Math.min(ms * 2, LONGEST_MS);
    return this.pause(ms);
  }

  /** Waits for `ms`; false when nobody wants to wait any more. One wait at a time. */
  async pause(ms: number): Promise<boolean> {
    if (this.#stopped) return false;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    return !this.#stopped;
  }

  /** Ends all waiting, now and later. */
  stop(): void {
    this.#stopped = true;
    this.#wake();
  }
}
