/**
 * Queues that a claim has waited for in vain. Whoever holds one was cut off in the middle of a claim, or
 * stopped: for a while no claim of this node waits for it again, or each of its commits would be as slow
 * as the first, and with it everything else that the node does.
 */
export class HeldQueues {
  readonly #now: () => number;
  /** By name, until when, on the clock of `now`. As many as one node has queues with a limit. */
  readonly #until = new Map<string, number>();

  /** `now` is in ms, and only ever grows. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Waiting for all of `names` was in vain. */
  add(names: readonly string[]): void {
    const until = this.#now() + FOR_MS;
    for (const name of names) this.#until.set(name, until);
  }

  /** Whether waiting for `name` is in vain, as far as is known. */
  has(name: string): boolean {
    const until = this.#until.get(name);
    if (until === undefined) return false;
    if (this.#now() < until) return true;
    this.#until.delete(name);
    return false;
  }
}

/** Short enough for a queue whose holder came back; the database ends a silent session after 3 s. */
const FOR_MS = 1_000;
