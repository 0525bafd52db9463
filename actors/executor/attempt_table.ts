import type { RunRef } from "../protocol.ts";
import { type Attempt, runKey } from "./attempt.ts";

/** The attempts that this executor holds: those waiting for a slot, in order, and those running. */
export class AttemptTable {
  readonly #waiting = new Map<string, Attempt>();
  readonly #running = new Map<string, Attempt>();

  get waitingCount(): number {
    return this.#waiting.size;
  }

  get runningCount(): number {
    return this.#running.size;
  }

  has(run: RunRef): boolean {
    const key = runKey(run);
    return this.#waiting.has(key) || this.#running.has(key);
  }

  /** Puts an attempt at the end of those that wait. */
  enqueue(attempt: Attempt): void {
    this.#waiting.set(attempt.key, attempt);
  }

  /** The attempt that has waited longest. */
  peekNext(): Attempt | undefined {
    for (const attempt of this.#waiting.values()) return attempt;
    return undefined;
  }

  /** Makes the attempt that has waited longest a running one. */
  startNext(): Attempt | undefined {
    for (const [key, attempt] of this.#waiting) {
      this.#waiting.delete(key);
      this.#running.set(key, attempt);
      return attempt;
    }
    return undefined;
  }

  running(): IterableIterator<Attempt> {
    return this.#running.values();
  }

  findRunning(run: RunRef): Attempt | undefined {
    return this.#running.get(runKey(run));
  }

  finish(attempt: Attempt): void {
    this.#running.delete(attempt.key);
  }

  /** Takes out one that waits. */
  withdraw(run: RunRef): Attempt | undefined {
    const key = runKey(run);
    const attempt = this.#waiting.get(key);
    this.#waiting.delete(key);
    return attempt;
  }

  /** Takes out all that wait. */
  withdrawAll(): readonly Attempt[] {
    const all = [...this.#waiting.values()];
    this.#waiting.clear();
    return all;
  }

  /** Every run without an outcome that is still of interest to somebody. */
  held(): RunRef[] {
    return [...this.#waiting.values(), ...this.#running.values()]
      .filter((attempt) => attempt.abortCause !== "stale")
      .map(({ assignment: { num, run } }) => ({ num, run }));
  }
}
