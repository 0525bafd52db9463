import { recount, SOUNDNESS_RULES, type SoundnessRule } from "../soundness.ts";
import { integer, textOrNull } from "../row/column.ts";
import type { Connection } from "./connection.ts";

/** Rules of tables that only this backend has. */
const OWN_RULES: readonly SoundnessRule[] = [
  {
    broken: "tasks that are ready and not in the line of their key, or the other way round",
    since: 7,
    sql: "SELECT ifnull((SELECT t.id FROM tasks t WHERE t.num = l.num), 'num ' || num) FROM " +
      "(SELECT queue, pool, key, ready_order, num, 1 AS n FROM ready_keys " +
      "UNION ALL SELECT b.*, 1 FROM ready_behind b JOIN ready_keys k USING (queue, pool, key) " +
      "WHERE (b.ready_order, b.num) > (k.ready_order, k.num) " +
      "UNION ALL SELECT queue, ready_pool, concurrency_key, ready_order, num, -1 FROM tasks " +
      "WHERE status = 'pending' AND concurrency_key IS NOT NULL) l " +
      "GROUP BY queue, pool, key, ready_order, num HAVING sum(n) <> 0",
  },
  {
    broken: "lines of keys that count wrongly what they have moved past",
    since: 7,
    sql: recount(
      "SELECT queue || ' ' || key AS name, pool AS status, passed AS n FROM ready_keys",
      "SELECT b.queue || ' ' || b.key AS name, b.pool AS status, count(*) AS n " +
        "FROM ready_behind b LEFT JOIN ready_keys k USING (queue, pool, key) WHERE k.num IS NULL " +
        "OR (b.ready_order, b.num) <= (k.ready_order, k.num) GROUP BY b.queue, b.pool, b.key",
    ),
  },
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
