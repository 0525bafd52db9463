/** Keeps the order of a list as it is seen, while it is read anew. */
import { useState } from "react";
import { holdRows } from "./held_rows.ts";

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
