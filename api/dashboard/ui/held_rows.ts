/**
 * Rows that do not move while one reads: those that are there change in place, those that came since
 * wait until they are asked for. Pure; `useHeldRows` keeps the order that is seen.
 */
import { useState } from "react";

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

interface HeldRowsOptions<Row> {
  readonly rows: readonly Row[] | undefined;
  readonly rowKey: (row: Row) => string;
  /** Another list (filter, page) is shown at once. */
  readonly listKey: string;
  /** True while new rows may come in by themselves: at the very top, nothing focused or chosen. */
  readonly free: boolean;
}

/** What to show of `rows`, and `show`, which lets those in that wait. */
export function useHeldRows<Row>(options: HeldRowsOptions<Row>) {
  const { rows, rowKey, listKey, free } = options;
  const [held, setHeld] = useState<{ listKey: string; keys: readonly string[] } | null>(null);
  const keys = held !== null && held.listKey === listKey && !free ? held.keys : null;
  const shown = rows === undefined ? undefined : holdRows(rows, keys, rowKey);
  const keysNow = shown?.rows.map(rowKey);
  // What is seen now is what stays: kept while rendering, so that no frame shows it moved.
  if (keysNow !== undefined && (held?.listKey !== listKey || !sameKeys(held.keys, keysNow))) {
    setHeld({ listKey, keys: keysNow });
  }
  return {
    rows: shown?.rows,
    waiting: shown?.waiting ?? 0,
    show: () => setHeld({ listKey, keys: (rows ?? []).map(rowKey) }),
  };
}

function sameKeys(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((key, index) => key === b[index]);
}
