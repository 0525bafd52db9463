import { LRUCache } from "lru-cache";

/** Finished results by task num, bounded by bytes, so that dependencies rarely cost a read. */
export class ResultCache {
  readonly #texts: LRUCache<number, string>;

  constructor({ maxBytes }: { readonly maxBytes: number }) {
    // An entry's own overhead is counted too, else millions of tiny results would not be bounded.
    const overhead = 64;
    this.#texts = new LRUCache({
      maxSize: Math.max(1, maxBytes),
      sizeCalculation: (text) => overhead + 2 * text.length,
    });
  }

  /** Bytes held now. */
  get bytes(): number {
    return this.#texts.calculatedSize;
  }

  get(num: number): string | undefined {
    return this.#texts.get(num);
  }

  set(num: number, text: string): void {
    this.#texts.set(num, text);
  }

  /** Forgets a result that a retry or a deletion made obsolete. */
  delete(num: number): void {
    this.#texts.delete(num);
  }
}
