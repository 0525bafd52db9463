/** Keeps what is seen of a list while it is read anew: see `live_rows.ts`. */
import { useState } from "react";
import { type LiveRow, showRows } from "./live_rows.ts";

interface LiveRowsOptions<Row> {
  readonly rows: readonly Row[] | undefined;
  /** False where more rows follow. */
  readonly complete: boolean;
  readonly rowKey: (row: Row) => string;
  /** Another list (filter, page) is shown at once. */
  readonly listKey: string;
  /** True while rows may come, go and move by themselves: at the very top, nothing focused or chosen. */
  readonly free: boolean;
}

/** What to show of `rows`, and `show`, which lets those in that wait. */
export function useLiveRows<Row>(options: LiveRowsOptions<Row>) {
  const { rows, complete, rowKey, listKey, free } = options;
  const [held, setHeld] = useState<
    {
      readonly listKey: string;
      readonly source: readonly Row[];
      readonly rows: readonly LiveRow<Row>[];
    } | null
  >(null);
  if (rows === undefined) return { rows: undefined, waiting: 0, show: nothing };
  const same = held !== null && held.listKey === listKey;
  const seen = same && !free ? held.rows : null;
  const shown = showRows(rows, { seen, complete, rowKey });
  // What is seen now is what stays: kept while rendering, so that no frame shows it moved.
  if (!same || held.source !== rows) {
    setHeld({ listKey, source: rows, rows: shown.rows });
  }
  return {
    ...shown,
    show: () => {
      const all = showRows(rows, { seen: null, complete, rowKey }).rows;
      setHeld({ listKey, source: rows, rows: all });
    },
  };
}

function nothing(): void {}
