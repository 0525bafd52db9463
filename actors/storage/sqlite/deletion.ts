/**
 * Deleting tasks and workflows. All of it is done set by set: retention deletes as many tasks as
 * are submitted, so that this costs throughput like the other hot paths.
 */
import type { DeadLetterState } from "../../domain/dead_letter.ts";
import { TASK_STATUSES } from "../../domain/task.ts";
import type { Deleted } from "../port/retention.ts";
import { integer, integerOrNull, oneOf, text } from "./column.ts";
import type { Connection } from "./connection.ts";
import { decodeReason } from "./task_row.ts";
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

const COLUMNS = "t.num, t.id, t.queue, t.workflow_num, t.status, t.dep_total > 0, " +
  "t.reason, t.discarded_at";

const BY_NUM = `SELECT ${COLUMNS} FROM json_each(?) j CROSS JOIN tasks t ` +
  "WHERE t.num = j.value ORDER BY t.num";
const BY_WORKFLOW = `SELECT ${COLUMNS} FROM json_each(?) j CROSS JOIN tasks t ` +
  "INDEXED BY tasks_workflow WHERE t.workflow_num = j.value ORDER BY t.num";

/** Every table with rows of a task, with the column of its num. */
const TABLES = [
  ["edges", "parent"],
  ["runs", "num"],
  ["logs", "num"],
  ["task_outcomes", "num"],
  ["task_inputs", "num"],
  ["tasks", "num"],
] as const;

/** See `RetentionWriter.deleteTasks`. */
export function deleteTasks(tx: Transaction, nums: readonly number[]): Deleted {
  return remove(tx, leaving(tx, BY_NUM, nums));
}

/** See `RetentionWriter.deleteWorkflows`. */
export function deleteWorkflows(tx: Transaction, nums: readonly number[]): Deleted {
  const deleted = remove(tx, leaving(tx, BY_WORKFLOW, nums));
  // One that had no task left could not go with the last of them.
  dropEmptyWorkflows(tx, nums);
  return deleted;
}

function leaving({ connection }: Transaction, sql: string, nums: readonly number[]): Leaving[] {
  return connection.rows(sql, JSON.stringify(nums)).map((row) => ({
    num: integer(row[0]),
    id: text(row[1]),
    queue: text(row[2]),
    workflowNum: integerOrNull(row[3] ?? null),
    status: oneOf(STATUSES, row[4]),
    hasDependencies: row[5] === 1,
    reason: decodeReason(row[6]),
    discardedAt: integerOrNull(row[7] ?? null),
  }));
}

function remove(tx: Transaction, tasks: readonly Leaving[]): Deleted {
  const taskNums = tasks.map(({ num }) => num);
  if (taskNums.length === 0) return { taskNums, lastSeq: 0 };
  const { connection, counters } = tx;
  deleteEdgesTo(tx, tasks.filter(({ hasDependencies }) => hasDependencies));
  deleteRows(connection, taskNums);
  for (const task of tasks) {
    counters.count(task, task.status, null);
    counters.countDeadLetter(task.queue, task, null);
  }
  const lastSeq = plantTombstones(tx, tasks.map(({ id }) => id));
  dropEmptyWorkflows(tx, tasks.flatMap(({ workflowNum }) => workflowNum ?? []));
  dropEmptyQueues(tx, tasks.map(({ queue }) => queue));
  return { taskNums, lastSeq };
}

/** A statement a range costs as much as looking up so many rows one by one. */
const RANGE_MIN = 4;

/** Deletes the rows of tasks by their nums, which grow: ranges where they follow each other, in half the time. */
function deleteRows(connection: Connection, nums: readonly number[]): void {
  const single: number[] = [];
  for (let from = 0, to = 0; from < nums.length; from = to) {
    const first = nums[from] ?? 0;
    for (to = from + 1; nums[to] === first + to - from;) to++;
    if (to - from < RANGE_MIN) single.push(...nums.slice(from, to));
    else deleteRange(connection, first, first + to - from - 1);
  }
  if (single.length === 0) return;
  const json = JSON.stringify(single);
  for (const [table, column] of TABLES) {
    connection.run(
      `DELETE FROM ${table} WHERE ${column} IN (SELECT value FROM json_each(?))`,
      json,
    );
  }
}

function deleteRange(connection: Connection, first: number, last: number): void {
  for (const [table, column] of TABLES) {
    connection.run(`DELETE FROM ${table} WHERE ${column} BETWEEN ? AND ?`, first, last);
  }
}

/** The children come with the nums of their dependencies, which saves an index on `edges`. */
function deleteEdgesTo({ connection }: Transaction, children: readonly Leaving[]): void {
  if (children.length === 0) return;
  connection.run(
    "DELETE FROM edges WHERE (parent, child) IN (SELECT d.value, i.num FROM json_each(?) j " +
      "CROSS JOIN task_inputs i CROSS JOIN json_each(i.spec, '$.depNums') d WHERE i.num = j.value)",
    JSON.stringify(children.map(({ num }) => num)),
  );
}

/** A workflow goes with the last of its tasks. */
function dropEmptyWorkflows({ connection, counters }: Transaction, nums: readonly number[]): void {
  if (nums.length === 0) return;
  counters.flush();
  const json = JSON.stringify([...new Set(nums)]);
  connection.run(
    "DELETE FROM workflows WHERE num IN (SELECT value FROM json_each(?)) AND NOT EXISTS " +
      "(SELECT 1 FROM workflow_counts c WHERE c.num = workflows.num AND c.count > 0)",
    json,
  );
  connection.run(
    "DELETE FROM workflow_counts WHERE num IN (SELECT value FROM json_each(?)) AND NOT EXISTS " +
      "(SELECT 1 FROM workflows w WHERE w.num = workflow_counts.num)",
    json,
  );
}

/** Names of queues are the users' to make up: those that hold nothing any more are not counted on. */
function dropEmptyQueues({ connection, counters }: Transaction, queues: readonly string[]): void {
  counters.flush();
  const json = JSON.stringify([...new Set(queues)]);
  for (const table of ["depths", "dead_letter_counts"]) {
    connection.run(
      `DELETE FROM ${table} WHERE queue IN (SELECT value FROM json_each(?)) AND NOT EXISTS ` +
        `(SELECT 1 FROM ${table} c WHERE c.queue = ${table}.queue AND c.count > 0)`,
      json,
    );
  }
}
