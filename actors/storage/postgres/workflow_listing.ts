/** Looking at workflows: pages of them, of their tasks, and of the runs of these. */
import type { TaskRecord, WorkflowRecord } from "../../domain/task.ts";
import type { StoreReader } from "../port.ts";
import type { PlacedRun, WorkflowQuery } from "../port/workflows.ts";
import { integer } from "../row/column.ts";
import { decodePlacedRun, PLACED_RUN_COLUMNS } from "../row/run_record.ts";
import { decodeTask } from "../row/task_record.ts";
import type { Connection } from "./connection.ts";
import { COLUMNS_WITHOUT_TEXTS, TASK_TABLES } from "./task_row.ts";
import { Values } from "./values.ts";
import { decodeWorkflow, SELECT_WORKFLOWS } from "./workflows.ts";

type WorkflowPage = Awaited<ReturnType<StoreReader["listWorkflows"]>>;

const WORKFLOW = `${SELECT_WORKFLOWS} WHERE w.id = $1`;

/** See `WorkflowReader.getWorkflow`. */
export async function getWorkflow(
  connection: Connection,
  id: string,
): Promise<WorkflowRecord | null> {
  const row = await connection.row(WORKFLOW, id);
  return row === undefined ? null : decodeWorkflow(row);
}

/** See `WorkflowReader.listWorkflows`. */
export async function listWorkflows(
  connection: Connection,
  query: WorkflowQuery,
  { limit, beforeNum, scanRows }: Parameters<StoreReader["listWorkflows"]>[1],
): Promise<WorkflowPage> {
  const before = beforeNum ?? Number.MAX_SAFE_INTEGER;
  const nums = await matching(connection, query, { before, scanRows, limit: limit + 1 });
  const page = nums.slice(0, limit);
  const workflows = await load(connection, page);
  if (nums.length > limit) return { workflows, nextBeforeNum: page.at(-1) ?? null };
  const end = await connection.row(SCAN_END, before, scanRows - 1);
  return { workflows, nextBeforeNum: end === undefined ? null : integer(end[0]) };
}

const SCAN_END = "SELECT num FROM workflows WHERE num < $1 ORDER BY num DESC LIMIT 1 OFFSET $2";

/** The inner limit is a fence: what the filter leaves out was scanned all the same. */
async function matching(
  connection: Connection,
  query: WorkflowQuery,
  { before, scanRows, limit }: {
    readonly before: number;
    readonly scanRows: number;
    readonly limit: number;
  },
): Promise<readonly number[]> {
  const values = new Values();
  const scanned = `SELECT * FROM workflows WHERE num < ${values.add(before)} ` +
    `ORDER BY num DESC LIMIT ${values.add(scanRows)}`;
  const rows = await connection.rows(
    `SELECT w.num FROM (${scanned}) w WHERE ${filterCondition(query, values)} ` +
      `ORDER BY w.num DESC LIMIT ${values.add(limit)}`,
    ...values.list,
  );
  return rows.map((row) => integer(row[0]));
}

/** The condition that holds for the workflows `w` that `query` asks for. */
function filterCondition({ status, name, prefix }: WorkflowQuery, values: Values): string {
  const parts: string[] = [];
  if (status !== null) parts.push(`w.status = ${values.add(status)}`);
  if (name !== null) parts.push(`w.name = ${values.add(name)}`);
  if (prefix !== null) {
    const mark = values.add(prefix);
    parts.push(`(starts_with(w.id, ${mark}) OR starts_with(w.name, ${mark}))`);
  }
  return parts.join(" AND ") || "true";
}

const LOAD = `${SELECT_WORKFLOWS} WHERE w.num = ANY ($1::bigint[]) ORDER BY w.num DESC`;

async function load(
  connection: Connection,
  nums: readonly number[],
): Promise<readonly WorkflowRecord[]> {
  if (nums.length === 0) return [];
  return (await connection.rows(LOAD, nums)).map((row) => decodeWorkflow(row));
}

const TASKS = `SELECT ${COLUMNS_WITHOUT_TEXTS} FROM ${TASK_TABLES} ` +
  "WHERE t.workflow_num = $1 AND t.num > $2 ORDER BY t.num LIMIT $3";

/** See `WorkflowReader.listWorkflowTasks`. */
export async function listWorkflowTasks(
  connection: Connection,
  num: number,
  { afterNum, limit }: Parameters<StoreReader["listWorkflowTasks"]>[1],
): Promise<readonly TaskRecord[]> {
  return (await connection.rows(TASKS, num, afterNum, limit)).map(decodeTask);
}

// The inner limit keeps the planner from reading all runs there are, of which it knows too little.
const RUNS = `SELECT i.id, ${PLACED_RUN_COLUMNS} FROM ` +
  "(SELECT num FROM tasks WHERE workflow_num = $1 AND num >= $2 ORDER BY num) t CROSS JOIN LATERAL " +
  "(SELECT * FROM runs o WHERE o.num = t.num AND (t.num > $2 OR o.run > $3) " +
  "ORDER BY o.run LIMIT $4) r JOIN task_inputs i ON i.num = t.num ORDER BY t.num, r.run LIMIT $4";

/** See `WorkflowReader.listWorkflowRuns`. */
export async function listWorkflowRuns(
  connection: Connection,
  num: number,
  { after, limit }: Parameters<StoreReader["listWorkflowRuns"]>[1],
): Promise<readonly PlacedRun[]> {
  return (await connection.rows(RUNS, num, after.taskNum, after.run, limit)).map(decodePlacedRun);
}
