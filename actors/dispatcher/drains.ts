/** Those who wait until no run is held any more. */
export class Drains {
  readonly #heldCount: () => number;
  #waiting: (() => void)[] = [];

  /** `heldCount` tells how many runs are held. */
  constructor(heldCount: () => number) {
    this.#heldCount = heldCount;
  }

  /** Resolves when nothing is held any more, or after `deadlineMs`, with what is left. */
  async wait(deadlineMs: number): Promise<{ readonly left: number }> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push(resolve);
    this.settle();
    const timer = setTimeout(resolve, deadlineMs);
    await promise;
    clearTimeout(timer);
    return { left: this.#heldCount() };
  }

  /** To be called when fewer runs are held than before. */
  settle(): void {
    if (this.#heldCount() > 0) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}
