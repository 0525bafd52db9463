import type { Cell } from "./moved_table.ts";

/** Bounds of a batch; a single row may be longer. */
export interface BatchLimits {
  readonly rows: number;
  readonly characters: number;
}

export const BATCH: BatchLimits = { rows: 2_000, characters: 4 << 20 };

/** Gathers rows, so that neither many nor long ones take much memory. */
export function* batchesOf(
  rows: Iterable<readonly Cell[]>,
  limits: BatchLimits,
): Generator<readonly (readonly Cell[])[]> {
  let batch: (readonly Cell[])[] = [];
  let characters = 0;
  for (const row of rows) {
    batch.push(row);
    characters += lengthOf(row);
    if (batch.length < limits.rows && characters < limits.characters) continue;
    yield batch;
    [batch, characters] = [[], 0];
  }
  if (batch.length > 0) yield batch;
}

function lengthOf(row: readonly Cell[]): number {
  let sum = 0;
  for (const cell of row) if (typeof cell === "string") sum += cell.length;
  return sum;
}
