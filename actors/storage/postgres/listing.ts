/** Pages of tasks, newest first, and what they share with other walks over tasks. */
import type { TaskRecord } from "../../domain/task.ts";
import type { StoreReader, TaskQuery } from "../port.ts";
import { integer } from "../row/column.ts";
import { decodeTask } from "../row/task_record.ts";
import type { Connection } from "./connection.ts";
import { Values } from "./values.ts";
import { all, type Condition, filterCondition, ofWorkflow } from "./task_filter.ts";
import { COLUMNS_WITH_SHORT_TEXTS, TASK_TABLES } from "./task_row.ts";

type ListPage = Parameters<StoreReader["listTasks"]>[1];
type TaskPage = Awaited<ReturnType<StoreReader["listTasks"]>>;

/** The order of a listing as the rows that it may look at. */
export interface Scan {
  /** What an index finds in the order asked for. */
  readonly rows: Condition;
  readonly column: "num" | "seq";
  readonly order: "ASC" | "DESC";
  readonly scanRows: number;
}

/** Where a task stands in both orders. */
export interface Place {
  readonly num: number;
  readonly seq: number;
}

/**
 * The places of the tasks of a scan for which `filter` holds, one more than `limit` where there are
 * more. The inner limit is a fence: what the filter leaves out was scanned all the same.
 */
export async function matching(
  connection: Connection,
  { rows, column, order, scanRows }: Scan,
  { filter, limit }: { readonly filter: Condition; readonly limit: number },
): Promise<readonly Place[]> {
  const values = new Values();
  const found = await connection.rows(
    `SELECT t.num, t.seq FROM (SELECT * FROM tasks t WHERE ${rows(values)} ` +
      `ORDER BY t.${column} ${order} LIMIT ${values.add(scanRows)}) t ` +
      `WHERE ${filter(values)} ORDER BY t.${column} ${order} LIMIT ${values.add(limit + 1)}`,
    ...values.list,
  );
  return found.map((row) => ({ num: integer(row[0]), seq: integer(row[1]) }));
}

/** Where a scan ended that was stopped by its number of rows; null when it saw all there is. */
export async function scanEnd(
  connection: Connection,
  { rows, column, order, scanRows }: Scan,
): Promise<number | null> {
  const values = new Values();
  const row = await connection.row(
    `SELECT t.${column} FROM tasks t WHERE ${rows(values)} ` +
      `ORDER BY t.${column} ${order} LIMIT 1 OFFSET ${values.add(scanRows - 1)}`,
    ...values.list,
  );
  return row === undefined ? null : integer(row[0]);
}

const LOAD_SHORT = `SELECT ${COLUMNS_WITH_SHORT_TEXTS} FROM ${TASK_TABLES} ` +
  "WHERE t.num = ANY ($2::bigint[])";

/** Tasks in the order of their places; texts over `textBytes` are left out. */
export async function loadShort(
  connection: Connection,
  places: readonly Pick<Place, "num">[],
  textBytes: number,
): Promise<readonly TaskRecord[]> {
  if (places.length === 0) return [];
  const rows = await connection.rows(LOAD_SHORT, textBytes, places.map(({ num }) => num));
  const tasks = new Map(rows.map(decodeTask).map((task) => [task.num, task]));
  return places.flatMap(({ num }) => tasks.get(num) ?? []);
}

/** See `StoreReader.listTasks`. */
export async function listTasks(
  connection: Connection,
  query: TaskQuery,
  { limit, beforeNum, scanRows, textBytes }: ListPage,
): Promise<TaskPage> {
  const below: Condition = (values) =>
    `t.num < ${values.add(beforeNum ?? Number.MAX_SAFE_INTEGER)}`;
  const few = await fewRows(connection, query, scanRows);
  const rows = few === null ? below : all(few, below);
  const scan: Scan = { rows, column: "num", order: "DESC", scanRows };
  const found = await matching(connection, scan, { filter: filterCondition(query), limit });
  const tasks = await loadShort(connection, found.slice(0, limit), textBytes);
  if (found.length > limit) return { tasks, nextBeforeNum: tasks.at(-1)?.num ?? null };
  return { tasks, nextBeforeNum: await scanEnd(connection, scan) };
}

/** The rows that an index finds for `query`, where it leaves few; null: it is no help. */
export async function fewRows(
  connection: Connection,
  { workflowId, idPrefix }: Pick<TaskQuery, "workflowId" | "idPrefix">,
  scanRows: number,
): Promise<Condition | null> {
  if (workflowId !== null) return (values) => ofWorkflow(values.add(workflowId));
  const nums = idPrefix === null ? null : await numsByPrefix(connection, idPrefix, scanRows);
  return nums && ((values) => `t.num = ANY (${values.add(nums)}::bigint[])`);
}

/** The tasks whose id begins so, or null when they are more than `max`. */
async function numsByPrefix(
  connection: Connection,
  prefix: string,
  max: number,
): Promise<readonly number[] | null> {
  const rows = await connection.rows(
    "SELECT num FROM task_inputs WHERE id >= $1 AND id < $1 || chr(1114111) LIMIT $2",
    prefix,
    max + 1,
  );
  return rows.length > max ? null : rows.map((row) => integer(row[0]));
}
