/** Workflows with the counts of their tasks. */
import {
  TASK_STATUSES,
  type TaskRecord,
  type WorkflowRecord,
  type WorkflowStatus,
} from "../../domain/task.ts";
import type { NewWorkflow, StoreWriter } from "../port.ts";
import { integer, integerOrNull, oneOf, type Row, text, textOrNull } from "../row/column.ts";
import { decodeTask } from "../row/task_record.ts";
import { plain } from "../row/text_column.ts";
import type { Counters } from "./counters.ts";
import { COLUMNS_WITHOUT_TEXTS, selectLocked } from "./task_row.ts";
import type { Transaction } from "./transaction.ts";

const STATUSES = new Set<WorkflowStatus>(["running", "completed", "failed", "cancelled"]);

/** Every workflow `w` with its counts, in the columns that `decodeWorkflow` reads. */
export const SELECT_WORKFLOWS = "SELECT w.num, w.id, w.name, w.status, w.content_hash, " +
  `w.created_at, w.finished_at, ${TASK_STATUSES.map((status) => `c.${status}`).join(", ")} ` +
  "FROM workflows w LEFT JOIN workflow_counts c ON c.num = w.num";
const COUNTS_COLUMN = 7;

/** The record in a row of `SELECT_WORKFLOWS`; `counters` knows what is not written yet. */
export function decodeWorkflow(row: Row, counters?: Counters): WorkflowRecord {
  const num = integer(row[0]);
  const unwritten = counters?.unwritten(num) ?? {};
  const counts = TASK_STATUSES.map((status, index) => {
    const stored = integerOrNull(row[COUNTS_COLUMN + index]) ?? 0;
    return [status, stored + (unwritten[status] ?? 0)] as const;
  });
  return {
    num,
    id: text(row[1]),
    name: textOrNull(row[2]),
    status: oneOf(STATUSES, row[3]),
    contentHash: text(row[4]),
    counts: Object.fromEntries(counts.filter(([, count]) => count > 0)),
    createdAt: integer(row[5]),
    finishedAt: integerOrNull(row[6]),
  };
}

/** Locked by itself, and read by the statement after it, which sees what the lock had to wait for. */
const LOCK = "SELECT num FROM workflows WHERE num = ANY ($1::bigint[]) ORDER BY num FOR UPDATE";
const LOCK_BY_ID = "SELECT num FROM workflows WHERE id = ANY ($1::text[]) ORDER BY num FOR UPDATE";

/** See `StoreWriter.findWorkflows`. */
export async function findWorkflows(
  { connection, counters }: Transaction,
  ids: readonly string[],
): Promise<ReadonlyMap<string, WorkflowRecord>> {
  if (ids.length === 0) return new Map();
  const [, rows] = await Promise.all([
    connection.rows(LOCK_BY_ID, ids),
    connection.rows(`${SELECT_WORKFLOWS} WHERE w.id = ANY ($1::text[])`, ids),
  ]);
  return new Map(
    rows.map((row) => decodeWorkflow(row, counters)).map((workflow) => [workflow.id, workflow]),
  );
}

/**
 * See `StoreWriter.loadWorkflows`. The counts are written first: by that whoever ends tasks of the same
 * workflow takes turns, and the last of them sees that it is the last.
 */
export async function loadWorkflows(
  { connection, counters }: Transaction,
  nums: readonly number[],
): Promise<ReadonlyMap<number, WorkflowRecord>> {
  if (nums.length === 0) return new Map();
  const [, , rows] = await Promise.all([
    connection.rows(LOCK, nums),
    counters.flushWorkflows(),
    connection.rows(`${SELECT_WORKFLOWS} WHERE w.num = ANY ($1::bigint[])`, nums),
  ]);
  return new Map(
    rows.map((row) => decodeWorkflow(row)).map((workflow) => [workflow.num, workflow]),
  );
}

const TASKS = selectLocked(COLUMNS_WITHOUT_TEXTS, {
  where: "t.num IN (SELECT n.num FROM tasks n WHERE n.workflow_num = $1 AND n.num > $2 " +
    "ORDER BY n.num LIMIT $3)",
  join: "ORDER BY t.num",
});

/** See `StoreWriter.tasksOfWorkflow`. */
export async function tasksOfWorkflow(
  { connection }: Transaction,
  num: number,
  { afterNum, limit }: Parameters<StoreWriter["tasksOfWorkflow"]>[1],
): Promise<readonly TaskRecord[]> {
  return (await connection.rows(TASKS, num, afterNum, limit)).map(decodeTask);
}

const INSERT =
  "INSERT INTO workflows (num, id, name, status, content_hash, created_at, finished_at) " +
  "SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], " +
  "$6::bigint[], $7::bigint[])";

/** See `StoreWriter.insertWorkflows`. */
export async function insertWorkflows(
  { connection }: Transaction,
  workflows: readonly NewWorkflow[],
): Promise<void> {
  if (workflows.length === 0) return;
  await connection.run(
    INSERT,
    workflows.map(({ num }) => num),
    workflows.map(({ id }) => plain(id, "the workflow's id")),
    workflows.map(({ name }) => name === null ? null : plain(name, "the workflow's name")),
    workflows.map(({ status }) => status),
    workflows.map(({ contentHash }) => contentHash),
    workflows.map(({ createdAt }) => createdAt),
    workflows.map(({ finishedAt }) => finishedAt),
  );
}

const FINISH = "UPDATE workflows w SET status = u.status, finished_at = u.finished_at " +
  "FROM unnest($1::bigint[], $2::text[], $3::bigint[]) u (num, status, finished_at) " +
  "WHERE w.num = u.num";

/** See `StoreWriter.finishWorkflows`. */
export async function finishWorkflows(
  { connection }: Transaction,
  ends: Parameters<StoreWriter["finishWorkflows"]>[0],
): Promise<void> {
  if (ends.length === 0) return;
  await connection.run(
    FINISH,
    ends.map(({ num }) => num),
    ends.map(({ status }) => status),
    ends.map(({ finishedAt }) => finishedAt),
  );
}
