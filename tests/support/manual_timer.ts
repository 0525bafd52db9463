import type { StartTimer } from "../../actors/scheduler/clock.ts";

/** The one timer of a scheduler, which runs down only when the test says so. */
export class ManualTimer {
  #pending: { readonly callback: () => void; readonly delayMs: number } | null = null;

  readonly start: StartTimer = (callback, delayMs) => {
    this.#pending = { callback, delayMs };
    return () => {
      if (this.#pending?.callback === callback) this.#pending = null;
    };
  };

  /** Ms that are left until it fires; null while it is not set. */
  get left(): number | null {
    return this.#pending?.delayMs ?? null;
  }

  /** Lets `ms` pass, at most what is left; true when it fired. */
  pass(ms: number): boolean {
    const pending = this.#pending;
    if (pending === null) return false;
    const delayMs = pending.delayMs - ms;
    if (delayMs > 0) {
      this.#pending = { callback: pending.callback, delayMs };
      return false;
    }
    this.#pending = null;
    pending.callback();
    return true;
  }
}
