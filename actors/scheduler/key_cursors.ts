/** Cursors that are kept; names of queues are the users' to make up. */
const CURSORS_MAX = 10_000;

/**
 * Where the round-robin over concurrency keys stands, by queue and pool. It is no promise, only a turn:
 * what is forgotten, at a restart or as the one longest unused, begins again at the first key.
 */
export class KeyCursors {
  readonly #keys = new Map<string, string>();
  readonly #max: number;

  constructor({ max = CURSORS_MAX }: { readonly max?: number } = {}) {
    this.#max = max;
  }

  /** The key that had the last turn; null: the turns begin at the first. */
  get(place: string): string | null {
    return this.#keys.get(place) ?? null;
  }

  /** Records that `key` had the last turn. */
  set(place: string, key: string | null): void {
    this.#keys.delete(place);
    if (key === null) return;
    this.#keys.set(place, key);
    if (this.#keys.size <= this.#max) return;
    for (const oldest of this.#keys.keys()) {
      this.#keys.delete(oldest);
      return;
    }
  }

  get size(): number {
    return this.#keys.size;
  }
}
