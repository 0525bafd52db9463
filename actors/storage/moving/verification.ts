import { createHash } from "node:crypto";
import { batchesOf, type BatchLimits } from "./batches.ts";
import { type Cell, keyOf, type MovedTable } from "./moved_table.ts";
import type { SqliteSource } from "./source.ts";
import type { PostgresTarget } from "./target.ts";

/** What reading a table on both sides told. */
export interface TableCheck {
  readonly table: string;
  readonly rows: number;
  /** SHA-256 over every row in canonical form, a JSON array and a line feed. */
  readonly sha256: string;
  /** What is there instead; null where both are the same. */
  readonly difference: TableDifference | null;
}

export interface TableDifference {
  readonly rows: number;
  readonly sha256: string;
  /** The key of the first row that is missing, too many or another. */
  readonly key: readonly Cell[];
}

export interface CheckOptions {
  readonly source: SqliteSource;
  readonly target: PostgresTarget;
  readonly limits: BatchLimits;
  /** Called now and then with the number of rows that were compared. */
  readonly onRows: (rows: number) => void;
}

type Rows = readonly (readonly Cell[])[];

/** Rows that are read at a time of what should not be there: nobody knows how long they are. */
const SURPLUS_ROWS = 50;

/** Reads a table on both sides, in order, and compares row by row. */
export async function checkTable(
  table: MovedTable,
  { source, target, limits, onRows }: CheckOptions,
): Promise<TableCheck> {
  const comparison = new Comparison(table);
  let after: readonly Cell[] | null = null;
  const next = async (limit: number): Promise<Rows> => {
    const page = await target.page(table, { after, limit });
    after = lastKey(table, page) ?? after;
    return page;
  };
  // The same rows take the same room: what bounds a batch of the source bounds a page of the target.
  for (const wanted of batchesOf(source.rows(table, null), limits)) {
    comparison.add(wanted, await next(wanted.length));
    onRows(comparison.rows);
  }
  for (;;) {
    const surplus = await next(SURPLUS_ROWS);
    if (surplus.length === 0) return comparison.result();
    comparison.add([], surplus);
  }
}

function lastKey(table: MovedTable, rows: Rows): readonly Cell[] | null {
  const last = rows.at(-1);
  return last === undefined ? null : keyOf(table, last);
}

/** Both sides of a table so far. */
class Comparison {
  readonly #table: MovedTable;
  readonly #wanted = new Digest();
  readonly #found = new Digest();
  #difference: readonly Cell[] | null = null;

  constructor(table: MovedTable) {
    this.#table = table;
  }

  get rows(): number {
    return this.#wanted.rows;
  }

  /** Goes on with rows of both sides that are to be the same. */
  add(wanted: Rows, found: Rows): void {
    for (let at = 0; at < Math.max(wanted.length, found.length); at++) {
      const [left, right] = [wanted[at], found[at]];
      const lines = [this.#wanted.add(left), this.#found.add(right)];
      if (lines[0] !== lines[1]) this.#difference ??= keyOf(this.#table, right ?? left ?? []);
    }
  }

  result(): TableCheck {
    const [sha256, found] = [this.#wanted.end(), this.#found.end()];
    const key = this.#difference;
    const difference = key && { rows: this.#found.rows, sha256: found, key };
    return { table: this.#table.name, rows: this.rows, sha256, difference };
  }
}

/** The count and the hash of one side. */
class Digest {
  readonly #hash = createHash("sha256");
  rows = 0;

  /** Adds a row, if there is one; gives its canonical form. */
  add(row: readonly Cell[] | undefined): string | null {
    if (row === undefined) return null;
    const line = JSON.stringify(row);
    this.rows += 1;
    this.#hash.update(line + "\n");
    return line;
  }

  end(): string {
    return this.#hash.digest("hex");
  }
}
