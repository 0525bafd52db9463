/** Deleting tasks and workflows, set by set. */
import type { DeadLetterState } from "../../domain/dead_letter.ts";
import { TASK_STATUSES } from "../../domain/task.ts";
import type { Deleted } from "../port/retention.ts";
import { integer, integerOrNull, oneOf, text } from "../row/column.ts";
import { decodeReason } from "../row/task_record.ts";
import { dropEmptyQueues } from "./queue_counts.ts";
import { SUM_OF_COUNTS } from "./retention.ts";
import { plantTombstones } from "./tombstones.ts";
import type { Transaction } from "./transaction.ts";

const STATUSES = new Set(TASK_STATUSES);

/** What has to be known of a task that goes. */
interface Leaving extends DeadLetterState {
  readonly num: number;
  readonly id: string;
  readonly queue: string;
  readonly workflowNum: number | null;
  readonly hasDependencies: boolean;
}

const LEAVING = "SELECT t.num, i.id, t.queue, t.workflow_num, t.status, t.dep_total > 0, " +
  "t.reason, t.discarded_at FROM tasks t JOIN task_inputs i ON i.num = t.num WHERE";
const BY_NUM = `${LEAVING} t.num = ANY ($1::bigint[]) ORDER BY t.num FOR UPDATE OF t`;
const BY_WORKFLOW = `${LEAVING} t.workflow_num = ANY ($1::bigint[]) ORDER BY t.num FOR UPDATE OF t`;

/** See `RetentionWriter.deleteTasks`. */
export async function deleteTasks(tx: Transaction, nums: readonly number[]): Promise<Deleted> {
  return await remove(tx, await leaving(tx, BY_NUM, nums));
}

/** See `RetentionWriter.deleteWorkflows`. */
export async function deleteWorkflows(
  tx: Transaction,
  nums: readonly number[],
): Promise<Deleted> {
  const deleted = await remove(tx, await leaving(tx, BY_WORKFLOW, nums));
  // One that had no task left could not go with the last of them.
  await dropEmptyWorkflows(tx, nums);
  return deleted;
}

/** Locks the tasks, so that what is known of them is true until they are gone. */
async function leaving(
  { connection }: Transaction,
  sql: string,
  nums: readonly number[],
): Promise<readonly Leaving[]> {
  return (await connection.rows(sql, nums)).map((row) => ({
    num: integer(row[0]),
    id: text(row[1]),
    queue: text(row[2]),
    workflowNum: integerOrNull(row[3]),
    status: oneOf(STATUSES, row[4]),
    hasDependencies: row[5] === true,
    reason: decodeReason(row[6]),
    discardedAt: integerOrNull(row[7]),
  }));
}

async function remove(tx: Transaction, tasks: readonly Leaving[]): Promise<Deleted> {
  const taskNums = tasks.map(({ num }) => num);
  if (taskNums.length === 0) return { taskNums, lastSeq: 0 };
  await deleteEdgesTo(tx, tasks.filter(({ hasDependencies }) => hasDependencies));
  await tx.connection.run(DELETE_ROWS, taskNums);
  for (const task of tasks) {
    tx.counters.count(task, task.status, null);
    tx.counters.countDeadLetter(task.queue, task, null);
  }
  const lastSeq = await plantTombstones(tx, tasks.map(({ id }) => id));
  await dropEmptyWorkflows(tx, tasks.flatMap(({ workflowNum }) => workflowNum ?? []));
  await dropEmptyQueues(tx, tasks.map(({ queue }) => queue));
  return { taskNums, lastSeq };
}

/** Every table with rows of a task, with the column of its num. */
const TABLES = [
  ["edges", "parent"],
  ["runs", "num"],
  ["logs", "num"],
  ["task_outcomes", "num"],
  ["task_inputs", "num"],
] as const;

/** One statement for all tables: they share one way to the server and back. */
const DELETE_ROWS = "WITH " +
  TABLES.map(([table, column]) =>
    `of_${table} AS (DELETE FROM ${table} WHERE ${column} = ANY ($1::bigint[]))`
  ).join(", ") + " DELETE FROM tasks WHERE num = ANY ($1::bigint[])";

/** The children come with the nums of their dependencies, which saves an index on `edges`. */
const DELETE_EDGES = "DELETE FROM edges e USING task_inputs i, unnest(i.dep_nums) d (parent) " +
  "WHERE i.num = ANY ($1::bigint[]) AND e.parent = d.parent AND e.child = i.num";

async function deleteEdgesTo(
  { connection }: Transaction,
  children: readonly Leaving[],
): Promise<void> {
  if (children.length > 0) await connection.run(DELETE_EDGES, children.map(({ num }) => num));
}

const DELETE_WORKFLOWS =
  "DELETE FROM workflows w WHERE w.num = ANY ($1::bigint[]) AND NOT EXISTS (" +
  `SELECT 1 FROM workflow_counts c WHERE c.num = w.num AND ${SUM_OF_COUNTS} > 0)`;
const DELETE_COUNTS = "DELETE FROM workflow_counts c WHERE c.num = ANY ($1::bigint[]) " +
  "AND NOT EXISTS (SELECT 1 FROM workflows w WHERE w.num = c.num)";

/**
 * A workflow goes with the last of its tasks. Its counts are written first, and locked with that: of two
 * that delete tasks of it at once, the second sees that none is left.
 */
async function dropEmptyWorkflows(
  { connection, counters }: Transaction,
  nums: readonly number[],
): Promise<void> {
  if (nums.length === 0) return;
  await counters.flush();
  const distinct = [...new Set(nums)];
  await connection.run(DELETE_WORKFLOWS, distinct);
  await connection.run(DELETE_COUNTS, distinct);
}
