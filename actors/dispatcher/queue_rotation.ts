interface Entry {
  readonly weight: number;
  /** How many turns it has had, each worth the less the more it weighs. */
  pass: number;
}

/**
 * Weighted round-robin over the queues that may have ready work: the next turn goes to the queue that
 * has had the fewest for its weight. So in any stretch each gets its share, spread out, none starves,
 * and what one queue leaves unused counts neither for it nor against the others.
 */
export class QueueRotation {
  readonly #entries = new Map<string, Entry>();
  /** The number of each queue's latest hint, so that an answer from before the hint can't undo it. */
  readonly #hints = new Map<string, number>();
  #hintCount = 0;
  /** Of queues that left with more turns than the others have had by now. */
  readonly #ahead = new Map<string, number>();
  /** Where a queue begins that comes in: with those that have had the fewest. */
  #pass = 0;

  get isEmpty(): boolean {
    return this.#entries.size === 0;
  }

  /** The queues that may have ready work. */
  get queues(): readonly string[] {
    return [...this.#entries.keys()];
  }

  /** Says that `queue` may have ready work. */
  add(queue: string, weight: number): void {
    this.#hints.set(queue, ++this.#hintCount);
    const known = this.#entries.get(queue)?.pass;
    const pass = known ?? Math.max(this.#pass, this.#ahead.get(queue) ?? 0);
    this.#ahead.delete(queue);
    this.#entries.set(queue, { weight, pass });
  }

  /** Gives `queue` another weight, from its next turn on. */
  reweigh(queue: string, weight: number): void {
    const entry = this.#entries.get(queue);
    if (entry !== undefined) this.#entries.set(queue, { weight, pass: entry.pass });
  }

  /** Which hint of `queue` was the latest; to be handed to `drained`. */
  hintOf(queue: string): number {
    return this.#hints.get(queue) ?? 0;
  }

  /** Says that `queue` had nothing more, unless it was hinted at after `hint`. */
  drained(queue: string, hint: number): void {
    if (this.hintOf(queue) === hint) this.remove(queue);
  }

  /** Takes `queue` out, whatever was hinted before: it is paused. */
  remove(queue: string): void {
    const entry = this.#entries.get(queue);
    this.#entries.delete(queue);
    this.#hints.delete(queue);
    if (this.isEmpty) this.#ahead.clear();
    else if (entry !== undefined && entry.pass > this.#pass) this.#ahead.set(queue, entry.pass);
  }

  /** Gives back turns of the last share that `queue` could not use. */
  unused(queue: string, turns: number): void {
    const entry = this.#entries.get(queue);
    if (entry !== undefined) entry.pass -= turns / entry.weight;
  }

  /** Splits `turns` between the queues. */
  share(turns: number): ReadonlyMap<string, number> {
    const shares = new Map<string, number>();
    // A queue that is not among so many with the fewest turns can't get one of these.
    const first = [...this.#entries].sort(([, a], [, b]) => a.pass - b.pass).slice(0, turns);
    // Large shares are dealt in lumps, so that the work does not grow with turns times queues.
    const lump = Math.max(1, Math.floor(turns / (8 * Math.max(1, first.length))));
    for (let left = turns; left > 0 && first.length > 0; left -= lump) {
      const [queue, entry] = first.reduce((least, one) =>
        one[1].pass < least[1].pass ? one : least
      );
      const count = Math.min(lump, left);
      shares.set(queue, (shares.get(queue) ?? 0) + count);
      entry.pass += count / entry.weight;
    }
    this.#moveOn();
    return shares;
  }

  #moveOn(): void {
    let least = Infinity;
    for (const { pass } of this.#entries.values()) least = Math.min(least, pass);
    if (least < Infinity) this.#pass = Math.max(this.#pass, least);
    for (const [queue, pass] of this.#ahead) if (pass <= this.#pass) this.#ahead.delete(queue);
  }
}
