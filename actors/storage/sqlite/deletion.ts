/**
 * Deleting tasks and workflows. All of it is done set by set: retention deletes as many tasks as
 * are submitted, so that this costs throughput like the other hot paths.
 */
import { TASK_STATUSES } from "../../domain/task.ts";
import type { Deleted } from "../port/retention.ts";
import { integer, integerOrNull, oneOf, text } from "../row/column.ts";
import type { TaskKind } from "./counters.ts";
import { keepInLine } from "./key_lines.ts";
import { type NumSet, numSets } from "./num_sets.ts";
import { decodeReason } from "./task_row.ts";
import { plantTombstones } from "./tombstones.ts";
import type { Transaction } from "./transaction.ts";

const STATUSES = new Set(TASK_STATUSES);

/** How many tasks of a kind go. */
interface Leaving {
  readonly kind: TaskKind;
  readonly tasks: number;
  /** Whether any of them has dependencies. */
  readonly dependent: boolean;
}

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
  const sets = numSets(nums);
  const there = sets.map((set) => ({ set, leaving: leaving(tx, set) }));
  const complete = there.every(({ set, leaving }) => totalOf(leaving) === set.nums.length);
  // It is rare that one is unknown, and whoever deletes many knows them all.
  return complete ? remove(tx, there) : deleteTasks(tx, known(tx, sets));
}

/** See `RetentionWriter.deleteWorkflows`. */
export function deleteWorkflows(tx: Transaction, nums: readonly number[]): Deleted {
  if (nums.length === 0) return { taskNums: [], lastSeq: 0 };
  const rows = tx.connection.rows(
    "SELECT t.num FROM json_each(?) j CROSS JOIN tasks t INDEXED BY tasks_workflow " +
      "WHERE t.workflow_num = j.value",
    JSON.stringify(nums),
  );
  const deleted = deleteTasks(tx, rows.map((row) => integer(row[0])));
  // One that had no task left could not go with the last of them.
  dropEmptyWorkflows(tx, nums);
  return deleted;
}

function leaving({ connection }: Transaction, { sql, values }: NumSet): readonly Leaving[] {
  const rows = connection.rows(
    "SELECT queue, workflow_num, status, reason, discarded_at, max(dep_total) > 0, count(*) " +
      `FROM tasks WHERE num ${sql} GROUP BY queue, workflow_num, status, reason, discarded_at`,
    ...values,
  );
  return rows.map((row) => ({
    kind: {
      queue: text(row[0]),
      workflowNum: integerOrNull(row[1] ?? null),
      status: oneOf(STATUSES, row[2]),
      reason: decodeReason(row[3] ?? null),
      discardedAt: integerOrNull(row[4] ?? null),
    },
    dependent: row[5] === 1,
    tasks: integer(row[6]),
  }));
}

function totalOf(leaving: readonly Leaving[]): number {
  return leaving.reduce((sum, { tasks }) => sum + tasks, 0);
}

function known({ connection }: Transaction, sets: readonly NumSet[]): readonly number[] {
  return sets.flatMap(({ sql, values }) =>
    connection.rows(`SELECT num FROM tasks WHERE num ${sql}`, ...values)
      .map((row) => integer(row[0]))
  );
}

function remove(
  tx: Transaction,
  there: readonly { readonly set: NumSet; readonly leaving: readonly Leaving[] }[],
): Deleted {
  let lastSeq = 0;
  for (const { set, leaving } of there) {
    if (leaving.some(({ dependent }) => dependent)) deleteEdgesTo(tx, set);
    lastSeq = plantTombstones(tx, set);
    const mayBeInLine = leaving.some(({ kind }) => kind.status === "pending");
    keepInLine(tx.connection, mayBeInLine ? set.nums : [], () => {
      for (const [table, column] of TABLES) {
        tx.connection.run(`DELETE FROM ${table} WHERE ${column} ${set.sql}`, ...set.values);
      }
    });
    for (const { kind, tasks } of leaving) tx.counters.countGone(kind, tasks);
  }
  const kinds = there.flatMap(({ leaving }) => leaving.map(({ kind }) => kind));
  dropEmptyWorkflows(tx, kinds.flatMap(({ workflowNum }) => workflowNum ?? []));
  dropEmptyQueues(tx, kinds.map(({ queue }) => queue));
  return { taskNums: there.flatMap(({ set }) => set.nums), lastSeq };
}

/** The children come with the nums of their dependencies, which saves an index on `edges`. */
function deleteEdgesTo({ connection }: Transaction, { sql, values }: NumSet): void {
  connection.run(
    "DELETE FROM edges WHERE (parent, child) IN (SELECT d.value, t.num FROM tasks t " +
      "CROSS JOIN task_inputs i CROSS JOIN json_each(i.spec, '$.depNums') d " +
      `WHERE t.num ${sql} AND t.dep_total > 0 AND i.num = t.num)`,
    ...values,
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
  if (queues.length === 0) return;
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
