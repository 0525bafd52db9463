interface Entry {
  readonly weight: number;
  credit: number;
}

/**
 * Smooth weighted round-robin over the queues that may have ready work: in any stretch of turns each
 * queue gets its share by weight, spread out, and none starves.
 */
export class QueueRotation {
  readonly #entries = new Map<string, Entry>();
  /** Grows at every hint, so that an answer from before the hint can't undo it. */
  readonly #hints = new Map<string, number>();

  get isEmpty(): boolean {
    return this.#entries.size === 0;
  }

  /** The queues that may have ready work. */
  get queues(): readonly string[] {
    return [...this.#entries.keys()];
  }

  /** Says that `queue` may have ready work. */
  add(queue: string, weight: number): void {
    this.#hints.set(queue, this.hintsOf(queue) + 1);
    const credit = this.#entries.get(queue)?.credit ?? 0;
    this.#entries.set(queue, { weight, credit });
  }

  /** Gives `queue` another weight, from its next turn on. */
  reweigh(queue: string, weight: number): void {
    const entry = this.#entries.get(queue);
    if (entry !== undefined) this.#entries.set(queue, { weight, credit: entry.credit });
  }

  /** How many hints `queue` has had; to be handed to `drained`. */
  hintsOf(queue: string): number {
    return this.#hints.get(queue) ?? 0;
  }

  /** Says that `queue` had nothing more, unless it was hinted at since `hints` was taken. */
  drained(queue: string, hints: number): void {
    if (this.hintsOf(queue) !== hints) return;
    this.#entries.delete(queue);
    this.#hints.delete(queue);
  }

  /** Takes `queue` out, whatever was hinted before: it is paused. */
  remove(queue: string): void {
    this.#entries.delete(queue);
    this.#hints.delete(queue);
  }

  /** Splits `turns` between the queues. */
  share(turns: number): ReadonlyMap<string, number> {
    const shares = new Map<string, number>();
    const [only] = this.#entries.size === 1 ? this.#entries.keys() : [];
    if (only !== undefined) return shares.set(only, turns);
    // Large shares are dealt in lumps, so that the work does not grow with turns times queues.
    const lump = Math.max(1, Math.floor(turns / (8 * Math.max(1, this.#entries.size))));
    for (let left = turns; left > 0; left -= lump) {
      const queue = this.#next();
      if (queue === null) break;
      shares.set(queue, (shares.get(queue) ?? 0) + Math.min(lump, left));
    }
    return shares;
  }

  #next(): string | null {
    let total = 0;
    let best: string | null = null;
    let most = -Infinity;
    for (const [queue, entry] of this.#entries) {
      total += entry.weight;
      entry.credit += entry.weight;
      if (entry.credit > most) [best, most] = [queue, entry.credit];
    }
    const entry = best === null ? undefined : this.#entries.get(best);
    if (entry) entry.credit -= total;
    return best;
  }
}
