/** What retention looks for, and what holds it back. */
import { TASK_STATUSES } from "../../domain/task.ts";
import type { Ended, EndedQuery } from "../port/retention.ts";
import { integer } from "../row/column.ts";
import type { Transaction } from "./transaction.ts";

/** The tasks of a row `c` of `workflow_counts`. */
export const SUM_OF_COUNTS = TASK_STATUSES.map((status) => `c.${status}`).join(" + ");

/** Each kind's table, with what else its index asks of a row. */
const ENDED = {
  task: selectFrom("tasks_ended", "1", "AND e.workflow_num IS NULL"),
  workflow: selectFrom(
    "workflows",
    `coalesce((SELECT ${SUM_OF_COUNTS} FROM workflow_counts c WHERE c.num = e.num), 0)`,
    "",
  ),
};

function selectFrom(table: string, tasks: string, condition: string): string {
  return `SELECT e.num, e.finished_at, ${tasks} FROM ${table} e ` +
    `WHERE e.status = $1 AND e.finished_at IS NOT NULL ${condition} AND e.finished_at <= $2 ` +
    "AND (e.finished_at, e.num) > ($3, $4) ORDER BY e.finished_at, e.num LIMIT $5";
}

/** See `RetentionWriter.selectEnded`. */
export async function selectEnded(
  { connection, counters }: Transaction,
  { kind, status, until, after, limit }: EndedQuery,
): Promise<readonly Ended[]> {
  if (kind === "workflow") await counters.flush();
  const { finishedAt, num } = after ?? { finishedAt: Number.MIN_SAFE_INTEGER, num: 0 };
  const rows = await connection.rows(ENDED[kind], status, until, finishedAt, num, limit);
  return rows.map((row) => ({
    num: integer(row[0]),
    finishedAt: integer(row[1]),
    tasks: integer(row[2]),
  }));
}

// What another node is about to let depend on them, or to revive, is waited for, and can't begin
// afterwards: who submits a child, or sends round a task, locks the same rows.
const LOCK_TASKS = "SELECT 1 FROM tasks t WHERE t.num = ANY ($1::bigint[]) " +
  "ORDER BY t.num FOR UPDATE";
const LOCK_TASKS_OF_WORKFLOWS = "SELECT 1 FROM tasks t WHERE t.workflow_num = ANY ($1::bigint[]) " +
  "ORDER BY t.num FOR UPDATE";

const WITH_LIVE_DEPENDENTS = "SELECT j.num FROM unnest($1::bigint[]) j (num) WHERE EXISTS (" +
  "SELECT 1 FROM edges e JOIN tasks_live t ON t.num = e.child WHERE e.parent = j.num)";

/** See `RetentionWriter.withLiveDependents`. */
export async function withLiveDependents(
  { connection }: Transaction,
  nums: readonly number[],
): Promise<ReadonlySet<number>> {
  await connection.run(LOCK_TASKS, nums);
  const rows = await connection.rows(WITH_LIVE_DEPENDENTS, nums);
  return new Set(rows.map((row) => integer(row[0])));
}

const LIVE_WORKFLOWS = "SELECT j.num FROM unnest($1::bigint[]) j (num) WHERE EXISTS (" +
  "SELECT 1 FROM tasks_live o WHERE o.workflow_num = j.num) " +
  "OR EXISTS (SELECT 1 FROM tasks p JOIN edges e ON e.parent = p.num " +
  "JOIN tasks_live t ON t.num = e.child WHERE p.workflow_num = j.num)";

/** See `RetentionWriter.liveWorkflows`. */
export async function liveWorkflows(
  { connection }: Transaction,
  nums: readonly number[],
): Promise<ReadonlySet<number>> {
  await connection.run(LOCK_TASKS_OF_WORKFLOWS, nums);
  const rows = await connection.rows(LIVE_WORKFLOWS, nums);
  return new Set(rows.map((row) => integer(row[0])));
}
