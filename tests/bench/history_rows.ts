import type { Sql } from "postgres";

/** Rows that a database is to hold beside the work that is measured. */
export interface HistoryRows {
  readonly finished: number;
  /** Pending tasks of a paused queue. */
  readonly waiting: number;
}

const CHUNK = 100_000;

/** Writes them as a store would have, but much faster; into a database that was opened and holds nothing. */
export async function fillHistory(sql: Sql, { finished, waiting }: HistoryRows): Promise<void> {
  for (let from = 1; from <= finished; from += CHUNK) {
    const to = Math.min(finished, from + CHUNK - 1);
    await insertTasks(sql, [from, to], "'completed'");
    await sql.unsafe(
      "INSERT INTO runs SELECT n, 1, 1, 'n-0', 'executor-1', n, n, 'completed', NULL " +
        `FROM generate_series(${from}, ${to}) n`,
    );
    await sql.unsafe(
      `INSERT INTO task_outcomes SELECT n, NULL, 'null' FROM generate_series(${from}, ${to}) n`,
    );
  }
  await insertTasks(sql, [finished + 1, finished + waiting], "'pending'");
  await sql.unsafe(
    `INSERT INTO depths VALUES (0, 'waiting', 0, 0, ${waiting}, 0, ${finished}, 0, 0, 0)`,
  );
  await sql.unsafe("INSERT INTO queues VALUES ('waiting', NULL, NULL, NULL, 1, NULL, 1)");
  await sql.unsafe(`SELECT setval('task_nums', ${finished + waiting})`);
  await sql.unsafe("VACUUM ANALYZE tasks, task_inputs, task_outcomes, runs");
}

async function insertTasks(
  sql: Sql,
  [from, to]: readonly [number, number],
  status: "'completed'" | "'pending'",
): Promise<void> {
  const ended = status === "'completed'";
  const series = `FROM generate_series(${from}, ${to}) n`;
  await sql.unsafe(
    "INSERT INTO tasks (num, ended, seq, status, queue, method, pool, run, attempt, crashes, alone, " +
      "dep_total, dep_succeeded, dep_failed, dep_skipped, ready_order, ready_pool, ready_at, " +
      "created_at, started_at, finished_at, node, executor) " +
      `SELECT n, ${ended}, n, ${status}, 'waiting', 'noop', 'async', ${
        ended ? "1, 1" : "0, 0"
      }, 0, 0, ` +
      "0, 0, 0, 0, " +
      (ended
        ? "NULL, NULL, NULL, n, n, n, 'n-0', 'executor-1' "
        : "n, 'async', n, n, NULL, NULL, NULL, NULL ") +
      series,
  );
  await sql.unsafe(
    "INSERT INTO task_inputs (num, id, dep_nums, labels, spec, args) " +
      `SELECT n, 'history-' || n, '{}', '{}', '{"contentHash":"h"}', '[]' ${series}`,
  );
}
