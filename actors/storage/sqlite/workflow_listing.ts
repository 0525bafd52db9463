/** Looking at workflows: pages of them, of their tasks, and of the runs of these. */
import type { SQLInputValue } from "node:sqlite";
import type { TaskRecord, WorkflowRecord } from "../../domain/task.ts";
import type { StoreReader } from "../port.ts";
import type { PlacedRun, WorkflowQuery } from "../port/workflows.ts";
import { integerOrNull } from "../row/column.ts";
import { decodePlacedRun, PLACED_RUN_COLUMNS } from "../row/run_record.ts";
import type { Connection } from "./connection.ts";
import type { Condition } from "./task_filter.ts";
import { decodeTask } from "./task_row.ts";
import { decodeWorkflows, TASKS_OF_WORKFLOW, WORKFLOW_COLUMNS } from "./workflows.ts";

type WorkflowPage = Awaited<ReturnType<StoreReader["listWorkflows"]>>;

/** See `WorkflowReader.getWorkflow`. */
export function getWorkflow(connection: Connection, id: string): WorkflowRecord | null {
  const rows = connection.rows(`SELECT ${WORKFLOW_COLUMNS} FROM workflows w WHERE id = ?`, id);
  return decodeWorkflows(connection, rows)[0] ?? null;
}

const BELOW = "FROM workflows WHERE num < ? ORDER BY num DESC LIMIT";

/** See `WorkflowReader.listWorkflows`. */
export function listWorkflows(
  connection: Connection,
  query: WorkflowQuery,
  { limit, beforeNum, scanRows }: Parameters<StoreReader["listWorkflows"]>[1],
): WorkflowPage {
  const before = beforeNum ?? Number.MAX_SAFE_INTEGER;
  const filter = filterCondition(query);
  const rows = connection.rows(
    `SELECT ${WORKFLOW_COLUMNS} FROM (SELECT num ${BELOW} +?) s ` +
      `CROSS JOIN workflows w ON w.num = s.num WHERE ${filter.sql} ORDER BY s.num DESC LIMIT +?`,
    before,
    scanRows,
    ...filter.values,
    limit + 1,
  );
  const workflows = decodeWorkflows(connection, rows.slice(0, limit));
  if (rows.length > limit) return { workflows, nextBeforeNum: workflows.at(-1)?.num ?? null };
  const end = connection.row(`SELECT num ${BELOW} 1 OFFSET ?`, before, scanRows - 1);
  return { workflows, nextBeforeNum: integerOrNull(end?.[0] ?? null) };
}

/** The condition that holds for the workflows `w` that `query` asks for. */
function filterCondition({ status, name, prefix }: WorkflowQuery): Condition {
  const parts: string[] = [];
  const values: SQLInputValue[] = [];
  const add = (sql: string, ...more: SQLInputValue[]) => {
    parts.push(sql);
    values.push(...more);
  };
  if (status !== null) add("w.status = ?", status);
  if (name !== null) add("w.name = ?", name);
  if (prefix !== null) {
    add(
      "(substr(w.id, 1, length(?)) = ? OR substr(w.name, 1, length(?)) = ?)",
      ...Array(4).fill(prefix),
    );
  }
  return { sql: parts.join(" AND ") || "true", values };
}

/** See `WorkflowReader.listWorkflowTasks`. */
export function listWorkflowTasks(
  connection: Connection,
  num: number,
  { afterNum, limit }: Parameters<StoreReader["listWorkflowTasks"]>[1],
): readonly TaskRecord[] {
  return connection.rows(TASKS_OF_WORKFLOW, num, afterNum, limit).map(decodeTask);
}

const RUNS = `SELECT t.id, ${PLACED_RUN_COLUMNS} FROM tasks t INDEXED BY tasks_workflow ` +
  "CROSS JOIN runs r ON r.num = t.num WHERE t.workflow_num = ? AND t.num >= ? " +
  "AND (t.num > ? OR r.run > ?) ORDER BY t.num, r.run LIMIT +?";

/** See `WorkflowReader.listWorkflowRuns`. */
export function listWorkflowRuns(
  connection: Connection,
  num: number,
  { after, limit }: Parameters<StoreReader["listWorkflowRuns"]>[1],
): readonly PlacedRun[] {
  const { taskNum, run } = after;
  return connection.rows(RUNS, num, taskNum, taskNum, run, limit).map(decodePlacedRun);
}
