import { LEASE } from "../../domain/lease.ts";
import type { Connection } from "./connection.ts";

/** How many stamps a transaction has. */
export const STAMPS_PER_TRANSACTION = 32_768;

/** What is added to all stamps, as SQL. */
export const STAMP_BASE = "(SELECT base FROM stamp_base WHERE one = 1)";

/** The first stamp of a transaction, as SQL; `id` is SQL of its id. */
export function firstStamp(id: string): string {
  return `(${id}::text::bigint * ${STAMPS_PER_TRANSACTION} + ${STAMP_BASE})`;
}

/**
 * The stamps of one transaction: a base + 32,768 × its id + a count, without a row that all writers share. They
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

  constructor(transactionId: number, base = 0) {
    this.#first = base + transactionId * STAMPS_PER_TRANSACTION;
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

const NEWEST = "greatest($1::bigint, (SELECT max(seq) FROM tasks), " +
  "(SELECT max(seq) FROM tombstones), (SELECT seq FROM tombstone_horizon WHERE one = 1))";
/** At most what ids alone make of the first stamp of the next transaction to begin. */
const NEXT = `pg_snapshot_xmax(pg_current_snapshot())::text::bigint * ${STAMPS_PER_TRANSACTION}`;

/** Whoever waits for another one here finds the base that is needed, and leaves it. */
const RAISE = "UPDATE stamp_base b SET base = s.newest + 1 - s.next FROM " +
  `(SELECT ${NEWEST} AS newest, ${NEXT} AS next) s ` +
  "WHERE b.one = 1 AND s.newest >= b.base + s.next AND NOT EXISTS (SELECT FROM nodes WHERE " +
  "state IN ('active', 'suspect') AND renewed_at > " +
  `(extract(epoch FROM clock_timestamp()) * 1000)::bigint - ${LEASE.leaseMs})`;

/**
 * Sees to it that stamps to come are above all there are, and above `newest`, before the first node of
 * a cluster begins: in a database that was restored from a dump ids begin anew, and what changes then
 * would pass for old. Beside nodes at work it does nothing, since they have read the base.
 */
export async function raiseStamps(connection: Connection, newest = 0): Promise<void> {
  await connection.run(RAISE, newest);
}
