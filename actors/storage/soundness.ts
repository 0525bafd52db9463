/** What the rows of a sound store say of each other, as queries that find what contradicts it. */

/** A rule that the rows of a sound store keep among themselves. */
export interface SoundnessRule {
  /** Completes "3 …", with an example behind it. */
  readonly broken: string;
  /** Version of SQLite's schema from which on there is something to look at; PostgreSQL's has it all. */
  readonly since: number;
  /** Gives one text for every row that breaks the rule, in words that every database understands. */
  readonly sql: string;
}

const LIVE = "('scheduled', 'blocked', 'pending', 'running')";

/** How an ended dependency counts; null while it lives. Says what `domain/trigger_rule.ts` says. */
const CLASS = "CASE WHEN p.status = 'completed' THEN 's' " +
  "WHEN p.status IN ('failed', 'cancelled') THEN 'f' " +
  "WHEN p.status = 'skipped' THEN CASE p.reason WHEN 'upstream_failed' THEN 'f' ELSE 'k' END END";

/** Rows of a maintained counter, and of a recount, that are not in the other. */
export function recount(kept: string, counted: string): string {
  return "SELECT name || ' ' || status || ': kept ' || sum(kept) || ', counted ' || sum(counted) " +
    `FROM (SELECT name, status, n AS kept, 0 AS counted FROM (${kept}) AS k ` +
    `UNION ALL SELECT name, status, 0, n FROM (${counted}) AS c) AS a ` +
    "GROUP BY name, status HAVING sum(kept) <> sum(counted)";
}

/** The rules of tables that every backend has. */
export const SOUNDNESS_RULES: readonly SoundnessRule[] = [
  {
    broken: "tasks without their input",
    since: 1,
    sql: "SELECT id FROM tasks t WHERE NOT EXISTS " +
      "(SELECT 1 FROM task_inputs i WHERE i.num = t.num)",
  },
  ...["task_inputs", "task_outcomes", "runs", "logs"].map((table) => ({
    broken: `rows of ${table} without their task`,
    since: 1,
    sql: `SELECT 'num ' || r.num FROM ${table} r ` +
      "WHERE NOT EXISTS (SELECT 1 FROM tasks t WHERE t.num = r.num)",
  })),
  {
    broken: "dependencies on or of tasks that do not exist",
    since: 1,
    sql: "SELECT parent || ' to ' || child FROM edges " +
      "WHERE NOT EXISTS (SELECT 1 FROM tasks t WHERE t.num = parent) " +
      "OR NOT EXISTS (SELECT 1 FROM tasks t WHERE t.num = child)",
  },
  {
    // Those that no longer wait keep the counts with which they were decided, and those that wait
    // again may count ends of dependencies that were deleted since.
    broken: "waiting tasks that count their dependencies wrongly",
    since: 1,
    sql: "SELECT t.id FROM tasks t LEFT JOIN (SELECT e.child, count(*) AS total, " +
      `count(*) FILTER (WHERE ${CLASS} = 's') AS succeeded, ` +
      `count(*) FILTER (WHERE ${CLASS} = 'f') AS failed, ` +
      `count(*) FILTER (WHERE ${CLASS} = 'k') AS skipped ` +
      "FROM edges e JOIN tasks p ON p.num = e.parent GROUP BY e.child) c ON c.child = t.num " +
      "WHERE t.status = 'blocked' AND NOT (t.dep_succeeded >= coalesce(c.succeeded, 0) " +
      "AND t.dep_failed >= coalesce(c.failed, 0) AND t.dep_skipped >= coalesce(c.skipped, 0) " +
      "AND t.dep_total - t.dep_succeeded - t.dep_failed - t.dep_skipped = " +
      "coalesce(c.total - c.succeeded - c.failed - c.skipped, 0))",
  },
  {
    broken: "tasks with a result that have not completed",
    since: 1,
    sql: "SELECT t.id FROM tasks t JOIN task_outcomes o ON o.num = t.num " +
      "WHERE o.result IS NOT NULL AND t.status <> 'completed'",
  },
  {
    broken: "running tasks with an outcome",
    since: 1,
    sql: "SELECT t.id FROM tasks t JOIN task_outcomes o ON o.num = t.num " +
      "WHERE t.status = 'running'",
  },
  {
    broken: "tasks whose end and status disagree",
    since: 1,
    sql: "SELECT id FROM tasks " +
      `WHERE (finished_at IS NULL AND status NOT IN ${LIVE}) ` +
      "OR (finished_at IS NOT NULL AND status = 'running')",
  },
  {
    broken: "running tasks without an open run",
    since: 1,
    sql: "SELECT id FROM tasks t WHERE status = 'running' AND NOT EXISTS " +
      "(SELECT 1 FROM runs r WHERE r.num = t.num AND r.run = t.run AND r.finished_at IS NULL)",
  },
  {
    broken: "open runs that are not their task's current one",
    since: 1,
    sql: "SELECT t.id || ' run ' || r.run FROM runs r JOIN tasks t ON t.num = r.num " +
      "WHERE r.finished_at IS NULL AND (t.status <> 'running' OR t.run <> r.run)",
  },
  {
    broken: "tasks whose runs are not all on record",
    since: 1,
    sql: "SELECT t.id FROM tasks t LEFT JOIN (SELECT num, count(*) AS n, max(run) AS last " +
      "FROM runs GROUP BY num) r ON r.num = t.num " +
      "WHERE coalesce(r.n, 0) <> t.run OR coalesce(r.last, 0) <> t.run",
  },
  {
    broken: "completed tasks whose last run did not",
    since: 1,
    sql: "SELECT t.id FROM tasks t LEFT JOIN runs r ON r.num = t.num AND r.run = t.run " +
      "WHERE t.status = 'completed' AND r.outcome IS DISTINCT FROM 'completed'",
  },
  {
    broken: "tasks of workflows that do not exist",
    since: 1,
    sql: "SELECT id FROM tasks t WHERE t.workflow_num IS NOT NULL " +
      "AND NOT EXISTS (SELECT 1 FROM workflows w WHERE w.num = t.workflow_num)",
  },
  {
    broken: "workflows whose status is not that of their tasks",
    since: 1,
    sql: "SELECT w.id FROM workflows w JOIN (SELECT workflow_num AS num, CASE " +
      `WHEN count(*) FILTER (WHERE status IN ${LIVE}) > 0 THEN 'running' ` +
      "WHEN count(*) FILTER (WHERE status = 'failed') > 0 THEN 'failed' " +
      "WHEN count(*) FILTER (WHERE status = 'cancelled') > 0 THEN 'cancelled' " +
      "ELSE 'completed' END AS status FROM tasks WHERE workflow_num IS NOT NULL " +
      "GROUP BY workflow_num) c ON c.num = w.num WHERE c.status <> w.status",
  },
  {
    broken: "counters of queues that a recount contradicts",
    since: 1,
    sql: recount(
      "SELECT queue AS name, status, count AS n FROM depths",
      "SELECT queue AS name, status, count(*) AS n FROM tasks GROUP BY queue, status",
    ),
  },
  {
    broken: "counters of workflows that a recount contradicts",
    since: 1,
    sql: recount(
      "SELECT num AS name, status, count AS n FROM workflow_counts",
      "SELECT workflow_num AS name, status, count(*) AS n FROM tasks " +
        "WHERE workflow_num IS NOT NULL GROUP BY workflow_num, status",
    ),
  },
  {
    broken: "counters of dead letters that a recount contradicts",
    since: 2,
    sql: recount(
      "SELECT queue AS name, reason AS status, count AS n FROM dead_letter_counts",
      "SELECT queue AS name, reason AS status, count(*) AS n FROM tasks " +
        "WHERE status = 'failed' AND discarded_at IS NULL GROUP BY queue, reason",
    ),
  },
];
