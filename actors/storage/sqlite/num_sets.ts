import type { SQLInputValue } from "node:sqlite";

/** Nums of tasks, in the form in which a statement takes them. */
export interface NumSet {
  /** They grow. */
  readonly nums: readonly number[];
  /** What a statement says behind a column that holds a num, and the parameters of it. */
  readonly sql: typeof RANGE | typeof LIST;
  readonly values: SQLInputValue[];
}

export const RANGE = "BETWEEN ? AND ?";
const LIST = "IN (SELECT value FROM json_each(?))";

/** Fewer than these cost more as a range, which takes statements of its own, than in the list. */
const RANGE_MIN = 4;

/**
 * Splits nums into ranges, where they follow each other, and a list of the others. What is done with
 * a range costs half as much, since the database walks over it without looking up each num.
 */
export function numSets(nums: readonly number[]): readonly NumSet[] {
  const all = [...new Set(nums)].toSorted((a, b) => a - b);
  const sets: NumSet[] = [];
  const others: number[] = [];
  for (let from = 0, to = 0; from < all.length; from = to) {
    const first = all[from] ?? 0;
    for (to = from + 1; all[to] === first + to - from;) to++;
    const run = all.slice(from, to);
    if (run.length < RANGE_MIN) others.push(...run);
    else sets.push({ nums: run, sql: RANGE, values: [first, first + run.length - 1] });
  }
  if (others.length > 0) sets.push({ nums: others, sql: LIST, values: [JSON.stringify(others)] });
  return sets;
}
