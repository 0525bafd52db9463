/**
 * Rows that do not move while one reads: those that are there change in place, those that came since
 * wait until they are asked for. `useHeldRows` keeps the order that is seen.
 */

/** What is seen of a list, and how many rows wait. */
export interface HeldRows<Row> {
  readonly rows: readonly Row[];
  readonly waiting: number;
}

/** `rows` in the order of `seen` keys, the new ones left out; all of them where `seen` is null. */
export function holdRows<Row>(
  rows: readonly Row[],
  seen: readonly string[] | null,
  rowKey: (row: Row) => string,
): HeldRows<Row> {
  if (seen === null) return { rows, waiting: 0 };
  const byKey = new Map(rows.map((row) => [rowKey(row), row]));
  const kept = seen.flatMap((key) => byKey.get(key) ?? []);
  return { rows: kept, waiting: byKey.size - kept.length };
}
