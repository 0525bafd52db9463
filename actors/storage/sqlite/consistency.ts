import { SOUNDNESS_RULES, type SoundnessRule } from "../soundness.ts";
import { integer, textOrNull } from "../row/column.ts";
import type { Connection } from "./connection.ts";

/** Rules of tables that only this backend has. */
const OWN_RULES: readonly SoundnessRule[] = [
  {
    broken: "numbers in use that are still to be given out",
    since: 1,
    sql: "SELECT 'counters' FROM counters " +
      "WHERE task_num < (SELECT ifnull(max(num), 0) FROM tasks) " +
      "OR workflow_num < (SELECT ifnull(max(num), 0) FROM workflows) " +
      "OR seq < (SELECT ifnull(max(seq), 0) FROM tasks) " +
      "OR seq < (SELECT ifnull(max(seq), 0) FROM tombstones)",
  },
];

const RULES = [...SOUNDNESS_RULES, ...OWN_RULES];

/**
 * Looks at every row and says what of it contradicts the rest, a line for each broken rule; none in a
 * sound store. Reads all of the database: for a copy, or for a moment in which that does not matter.
 */
export function findInconsistencies(connection: Connection, schemaVersion: number): string[] {
  return RULES.filter(({ since }) => since <= schemaVersion).flatMap(({ broken, sql }) => {
    const row = connection.row(
      `WITH broken (example) AS (${sql}) SELECT count(*), min(example) FROM broken`,
    );
    const count = integer(row?.[0]);
    const example = textOrNull(row?.[1] ?? null);
    return count === 0 ? [] : [`${count} ${broken}, for example "${example}"`];
  });
}
