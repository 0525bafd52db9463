/** What retention looks for, and what holds it back. */
import type { Ended, EndedQuery } from "../port/retention.ts";
import { integer } from "../row/column.ts";
import { numSets } from "./num_sets.ts";
import type { Transaction } from "./transaction.ts";

/** Each kind's table and index, with what else the index asks of a row, and the columns to read. */
const ENDED = {
  task: selectFrom("tasks e INDEXED BY tasks_ended", {
    columns: "e.num, e.finished_at",
    condition: "AND e.workflow_num IS NULL",
  }),
  workflow: selectFrom("workflows e INDEXED BY workflows_ended", {
    columns: "e.num, e.finished_at, " +
      "(SELECT ifnull(sum(c.count), 0) FROM workflow_counts c WHERE c.num = e.num)",
    condition: "",
  }),
};

function selectFrom(
  table: string,
  { columns, condition }: { readonly columns: string; readonly condition: string },
): string {
  return `SELECT ${columns} FROM ${table} ` +
    `WHERE e.status = ? AND e.finished_at IS NOT NULL ${condition} AND e.finished_at <= ? ` +
    "AND (e.finished_at, e.num) > (?, ?) ORDER BY e.finished_at, e.num LIMIT +?";
}

/** See `RetentionWriter.selectEnded`. */
export function selectEnded(
  { connection, counters }: Transaction,
  { kind, status, until, after, limit }: EndedQuery,
): readonly Ended[] {
  if (kind === "workflow") counters.flush();
  const { finishedAt, num } = after ?? { finishedAt: Number.MIN_SAFE_INTEGER, num: 0 };
  return connection.rows(ENDED[kind], status, until, finishedAt, num, limit).map((row) => ({
    num: integer(row[0]),
    finishedAt: integer(row[1]),
    tasks: kind === "task" ? 1 : integer(row[2]),
  }));
}

const LIVE = "IN ('scheduled', 'blocked', 'pending', 'running')";

/** See `RetentionWriter.withLiveDependents`. */
export function withLiveDependents(
  { connection }: Transaction,
  nums: readonly number[],
): ReadonlySet<number> {
  const rows = numSets(nums).flatMap(({ sql, values }) =>
    connection.rows(
      "SELECT e.parent FROM edges e CROSS JOIN tasks t " +
        `WHERE e.parent ${sql} AND t.num = e.child AND t.status ${LIVE}`,
      ...values,
    )
  );
  return new Set(rows.map((row) => integer(row[0])));
}

/** See `RetentionWriter.liveWorkflows`. */
export function liveWorkflows(
  { connection, counters }: Transaction,
  nums: readonly number[],
): ReadonlySet<number> {
  counters.flush();
  const rows = connection.rows(
    "SELECT j.value FROM json_each(?) j WHERE EXISTS (SELECT 1 FROM workflow_counts c " +
      `WHERE c.num = j.value AND c.count > 0 AND c.status ${LIVE}) ` +
      "OR EXISTS (SELECT 1 FROM tasks p INDEXED BY tasks_workflow CROSS JOIN edges e " +
      "CROSS JOIN tasks t WHERE p.workflow_num = j.value AND e.parent = p.num " +
      `AND t.num = e.child AND t.status ${LIVE})`,
    JSON.stringify(nums),
  );
  return new Set(rows.map((row) => integer(row[0])));
}
