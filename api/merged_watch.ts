import type { Watch } from "./watch.ts";

/** What one of two watches tells. */
export type MergedUpdate<A, B> = { readonly first: A } | { readonly second: B };

/** Two watches as one: what either tells, as it comes. It is over once one of them is. */
export class MergedWatch<A, B> implements Watch<MergedUpdate<A, B>> {
  readonly #watches: readonly [Watch<A>, Watch<B>];
  /** What was asked and not answered yet: each watch is asked once at a time. */
  #first: Promise<Told<MergedUpdate<A, B>>> | null = null;
  #second: Promise<Told<MergedUpdate<A, B>>> | null = null;

  /** Both are open. */
  constructor(first: Watch<A>, second: Watch<B>) {
    this.#watches = [first, second];
  }

  opening(): MergedUpdate<A, B> {
    const [first, second] = this.#watches;
    second.opening();
    return { first: first.opening() };
  }

  async next(): Promise<readonly MergedUpdate<A, B>[] | null> {
    const [first, second] = this.#watches;
    this.#first ??= first.next().then((updates) => ({
      by: first,
      updates: updates && updates.map((update) => ({ first: update })),
    }));
    this.#second ??= second.next().then((updates) => ({
      by: second,
      updates: updates && updates.map((update) => ({ second: update })),
    }));
    const { by, updates } = await Promise.race([this.#first, this.#second]);
    if (by === first) this.#first = null;
    else this.#second = null;
    if (updates === null) this.close();
    return updates;
  }

  close(): void {
    for (const watch of this.#watches) watch.close();
  }
}

interface Told<T> {
  readonly by: unknown;
  readonly updates: readonly T[] | null;
}
