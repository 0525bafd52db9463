import { TASK_STATUSES } from "../../domain/task.ts";
import { integer, textOrNull } from "../row/column.ts";
import { SOUNDNESS_RULES, type SoundnessRule } from "../soundness.ts";
import type { Connection } from "./connection.ts";
import { firstStamp } from "./stamps.ts";

/** A counter's row of many columns as rows of a status and a count each. */
const COUNTS = "CROSS JOIN LATERAL (VALUES " +
  TASK_STATUSES.map((status) => `('${status}', c.${status})`).join(", ") + ") s (status, count)";

/** The tables as the rules know them. */
const TABLES =
  "tasks AS NOT MATERIALIZED (SELECT i.id, t.* FROM tasks t LEFT JOIN task_inputs i ON i.num = t.num), " +
  `depths AS (SELECT c.queue, s.status, s.count FROM depths c ${COUNTS}), ` +
  `workflow_counts AS (SELECT c.num, s.status, s.count FROM workflow_counts c ${COUNTS})`;

/** The least stamp that the next transaction to begin would give. */
const NEXT_STAMP = firstStamp("pg_snapshot_xmax(pg_current_snapshot())");

/** Rules of tables that only this backend has. */
const OWN_RULES: readonly Omit<SoundnessRule, "since">[] = [
  {
    broken: "inputs that name other dependencies than the graph",
    sql: "SELECT i.id FROM task_inputs i WHERE EXISTS (" +
      "SELECT 1 FROM edges e WHERE e.child = i.num AND NOT e.parent = ANY (i.dep_nums))",
  },
  {
    broken: "numbers in use that are still to be given out",
    sql: "SELECT 'task_nums' FROM task_nums WHERE (SELECT max(num) FROM tasks) > last_value " +
      "UNION ALL SELECT 'workflow_nums' FROM workflow_nums " +
      "WHERE (SELECT max(num) FROM workflows) > last_value",
  },
  {
    broken: "stamps that are still to be given out",
    sql: `SELECT id FROM tasks WHERE seq >= ${NEXT_STAMP} ` +
      `UNION ALL SELECT id FROM tombstones WHERE seq >= ${NEXT_STAMP}`,
  },
];

/** One snapshot for all rules, with the means to walk over whole tables, which the store's statements lack. */
const BEGIN = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL enable_seqscan = on; " +
  "SET LOCAL enable_hashjoin = on; SET LOCAL enable_mergejoin = on; SET LOCAL statement_timeout = 0";

/**
 * Looks at every row and says what of it contradicts the rest, a line for each broken rule; none in a
 * sound store, whoever is writing meanwhile. Reads all of the database: for tests, and for a moment in
 * which that does not matter. The connection's deadline for an answer is that of each rule.
 */
export async function findInconsistencies(connection: Connection): Promise<readonly string[]> {
  const found: string[] = [];
  await connection.exec(BEGIN);
  try {
    for (const { broken, sql } of [...SOUNDNESS_RULES, ...OWN_RULES]) {
      const row = await connection.row(
        `WITH ${TABLES}, broken (example) AS (${sql}) SELECT count(*), min(example) FROM broken`,
      );
      const count = integer(row?.[0]);
      if (count > 0) found.push(`${count} ${broken}, for example "${textOrNull(row?.[1])}"`);
    }
  } finally {
    if (!connection.lost) await connection.exec("ROLLBACK");
  }
  return found;
}
