/** How many stamps a transaction has. */
export const STAMPS_PER_TRANSACTION = 32_768;

/**
 * The stamps of one transaction: 32,768 × its id + a count, without a row that all writers share. They
 * differ over all nodes and grow with the transactions' ids; 2^53 leaves 2^38 ids. A transaction with
 * more changes than that gives its last stamp to all the rest, so that whoever pages by stamp has to
 * take rows of one stamp together.
 *
 * A transaction with a lower id may change a row after one with a higher id did: a task's own stamps
 * grow all the same, see `after`.
 */
export class Stamps {
  readonly #first: number;
  #given = 0;

  constructor(transactionId: number) {
    this.#first = transactionId * STAMPS_PER_TRANSACTION;
  }

  /** The next stamp. */
  next(): number {
    return this.#first + Math.min(this.#given++, STAMPS_PER_TRANSACTION - 1);
  }

  /**
   * The next stamp of a task that had the stamp `before`. Nobody who follows changes has been at `before`
   * yet where that is the greater one, since both transactions were under way together.
   */
  after(before: number): number {
    return Math.max(this.next(), before + 1);
  }
}
