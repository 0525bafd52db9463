/** Workflows with the counts of their tasks. */
import {
  TASK_STATUSES,
  type TaskRecord,
  type WorkflowRecord,
  type WorkflowStatus,
} from "../../domain/task.ts";
import type { NewWorkflow, StoreWriter } from "../port.ts";
import { integer, integerOrNull, oneOf, text, textOrNull } from "../row/column.ts";
import type { Connection, Row } from "./connection.ts";
import { COLUMNS_WITHOUT_TEXTS, decodeTask } from "./task_row.ts";
import { plain } from "../row/text_column.ts";
import type { Transaction } from "./transaction.ts";

const STATUSES = new Set<WorkflowStatus>(["running", "completed", "failed", "cancelled"]);
const COUNTED = new Set(TASK_STATUSES);

/** The columns that `decodeWorkflows` reads. */
export const WORKFLOW_COLUMNS =
  "w.num, w.id, w.name, w.status, w.content_hash, w.created_at, w.finished_at";

/** Tasks of a workflow after a num; takes both, and the most of them. */
export const TASKS_OF_WORKFLOW =
  `SELECT ${COLUMNS_WITHOUT_TEXTS} FROM tasks t INDEXED BY tasks_workflow ` +
  "JOIN task_inputs i ON i.num = t.num LEFT JOIN task_outcomes o ON o.num = t.num " +
  "WHERE t.workflow_num = ? AND t.num > ? ORDER BY t.num LIMIT +?";

/** Reads rows of workflows, and their counts with one more query. */
export function decodeWorkflows(
  connection: Connection,
  rows: readonly Row[],
): readonly WorkflowRecord[] {
  const counts = new Map<number, Partial<Record<(typeof TASK_STATUSES)[number], number>>>();
  const nums = JSON.stringify(rows.map((row) => row[0]));
  const countRows = connection.rows(
    "SELECT c.num, c.status, c.count FROM json_each(?) j CROSS JOIN workflow_counts c " +
      "WHERE c.num = j.value AND c.count > 0",
    nums,
  );
  for (const row of countRows) {
    const num = integer(row[0]);
    const ofWorkflow = counts.get(num) ?? {};
    ofWorkflow[oneOf(COUNTED, row[1])] = integer(row[2]);
    counts.set(num, ofWorkflow);
  }
  return rows.map((row) => ({
    num: integer(row[0]),
    id: text(row[1]),
    name: textOrNull(row[2] ?? null),
    status: oneOf(STATUSES, row[3]),
    contentHash: text(row[4]),
    counts: counts.get(integer(row[0])) ?? {},
    createdAt: integer(row[5]),
    finishedAt: integerOrNull(row[6]),
  }));
}

/** See `StoreWriter.findWorkflows`. */
export function findWorkflows(
  { connection, counters }: Transaction,
  ids: readonly string[],
): ReadonlyMap<string, WorkflowRecord> {
  counters.flush();
  const rows = connection.rows(
    `SELECT ${WORKFLOW_COLUMNS} FROM json_each(?) j CROSS JOIN workflows w WHERE w.id = j.value`,
    JSON.stringify(ids),
  );
  return new Map(decodeWorkflows(connection, rows).map((workflow) => [workflow.id, workflow]));
}

/** See `StoreWriter.loadWorkflows`. */
export function loadWorkflows(
  { connection, counters }: Transaction,
  nums: readonly number[],
): ReadonlyMap<number, WorkflowRecord> {
  counters.flush();
  const rows = connection.rows(
    `SELECT ${WORKFLOW_COLUMNS} FROM json_each(?) j CROSS JOIN workflows w WHERE w.num = j.value`,
    JSON.stringify(nums),
  );
  return new Map(decodeWorkflows(connection, rows).map((workflow) => [workflow.num, workflow]));
}

/** See `StoreWriter.tasksOfWorkflow`. */
export function tasksOfWorkflow(
  { connection }: Transaction,
  num: number,
  { afterNum, limit }: Parameters<StoreWriter["tasksOfWorkflow"]>[1],
): readonly TaskRecord[] {
  return connection.rows(TASKS_OF_WORKFLOW, num, afterNum, limit).map(decodeTask);
}

/** See `StoreWriter.insertWorkflows`. */
export function insertWorkflows(
  { connection }: Transaction,
  workflows: readonly NewWorkflow[],
): void {
  connection.runEach(
    "INSERT INTO workflows (num, id, name, status, content_hash, created_at, finished_at) " +
      "VALUES (?, ?, ?, ?, ?, ?, ?)",
    workflows.map((workflow) => [
      workflow.num,
      plain(workflow.id, "the workflow's id"),
      workflow.name === null ? null : plain(workflow.name, "the workflow's name"),
      workflow.status,
      workflow.contentHash,
      workflow.createdAt,
      workflow.finishedAt,
    ]),
  );
}

/** See `StoreWriter.finishWorkflows`. */
export function finishWorkflows(
  { connection }: Transaction,
  ends: Parameters<StoreWriter["finishWorkflows"]>[0],
): void {
  connection.runEach(
    "UPDATE workflows SET status = ?, finished_at = ? WHERE num = ?",
    ends.map(({ num, status, finishedAt }) => [status, finishedAt, num]),
  );
}
