/**
 * The rows of a list that do not move while one reads: each changes in place; one that does not belong
 * to the list any more stays where it was, marked; those that came since wait until they are asked for.
 */

/** A row as it is shown. */
export interface LiveRow<Row> {
  readonly row: Row;
  /** It is not in the list any more; it is shown as it was known last. */
  readonly left: boolean;
}

/** What is shown of a list, and how many rows wait. */
export interface LiveRows<Row> {
  readonly rows: readonly LiveRow<Row>[];
  readonly waiting: number;
}

interface ShowOptions<Row> {
  /** What is seen, in its order; null where nothing is to be held. */
  readonly seen: readonly LiveRow<Row>[] | null;
  /** False where more rows follow those that were read: a row behind the last of them may only be out of reach. */
  readonly complete: boolean;
  readonly rowKey: (row: Row) => string;
}

/** `rows` as they are to be shown to somebody who sees `seen`. */
export function showRows<Row>(
  rows: readonly Row[],
  { seen, complete, rowKey }: ShowOptions<Row>,
): LiveRows<Row> {
  if (seen === null) {
    return { rows: rows.map((row) => ({ row, left: false })), waiting: 0 };
  }
  const fresh = new Map(rows.map((row) => [rowKey(row), row]));
  const lastKnown = seen.findLastIndex(({ row }) => fresh.has(rowKey(row)));
  const shown = seen.map(({ row, left }, index) => {
    const now = fresh.get(rowKey(row));
    if (now !== undefined) return { row: now, left: false };
    return { row, left: left || complete || index < lastKnown };
  });
  const seenKeys = new Set(seen.map(({ row }) => rowKey(row)));
  // What follows all that is seen moves nothing; nor does anything where nothing is seen.
  const lastSeen = rows.findLastIndex((row) => seenKeys.has(rowKey(row)));
  const isNew = (row: Row) => !seenKeys.has(rowKey(row));
  const behind = seen.length === 0 ? 0 : lastSeen < 0 ? rows.length : lastSeen + 1;
  const added = rows.slice(behind).filter(isNew).map((row) => ({ row, left: false }));
  return {
    rows: [...shown, ...added],
    waiting: rows.slice(0, behind).filter(isNew).length,
  };
}
