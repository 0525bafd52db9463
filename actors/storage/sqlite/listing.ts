/** Pages of tasks: newest first, or by latest change. */
import type { TaskRecord } from "../../domain/task.ts";
import type { StoreReader, TaskQuery } from "../port.ts";
import { integer, integerOrNull, text } from "../row/column.ts";
import type { Connection, Row } from "./connection.ts";
import { both, type Condition, filterCondition } from "./task_filter.ts";
import { COLUMNS_WITH_SHORT_TEXTS, decodeTask } from "./task_row.ts";

type ListPage = Parameters<StoreReader["listTasks"]>[1];
type TaskPage = Awaited<ReturnType<StoreReader["listTasks"]>>;
type ChangesPage = Parameters<StoreReader["listChanges"]>[1];
type Changes = Awaited<ReturnType<StoreReader["listChanges"]>>;

/** Tasks of one beginning of an id whose changes are looked up one by one. */
const LOOKED_UP_MAX = 100;

/** The order of a listing as the rows that it may look at; takes its values and the number of rows. */
export interface Scan {
  readonly rows: Condition;
  /** The index to walk over, where another one must not be chosen. */
  readonly index?: string;
  readonly column: "num" | "seq";
  readonly order: "ASC" | "DESC";
  readonly scanRows: number;
}

/** What is wanted of the rows of a scan. */
export interface Wanted {
  readonly filter: Condition;
  readonly limit: number;
  /** Columns of `tasks t`, `task_inputs i` and `task_outcomes o`, with their parameters. */
  readonly columns: Condition;
}

/** The tasks of a scan for which `filter` holds, one more than `limit` where there are more. */
export function matching(
  connection: Connection,
  scan: Scan,
  wanted: Wanted,
): readonly TaskRecord[] {
  return matchingRows(connection, scan, wanted).map(decodeTask);
}

/** The same, as rows of the columns that are wanted. */
export function matchingRows(
  connection: Connection,
  scan: Scan,
  { filter, limit, columns }: Wanted,
): readonly Row[] {
  return connection.rows(
    `SELECT ${columns.sql} FROM (${scanned(scan)}) s ` +
      "CROSS JOIN tasks t ON t.num = s.num CROSS JOIN task_inputs i ON i.num = t.num " +
      `LEFT JOIN task_outcomes o ON o.num = t.num WHERE ${filter.sql} ` +
      `ORDER BY s.${scan.column} ${scan.order} LIMIT +?`,
    ...columns.values,
    ...scan.rows.values,
    scan.scanRows,
    ...filter.values,
    limit + 1,
  );
}

/** The columns of a task in a list, where texts over `textBytes` are left out. */
export function columnsWithShortTexts(textBytes: number): Condition {
  return { sql: COLUMNS_WITH_SHORT_TEXTS, values: [textBytes, textBytes, textBytes] };
}

function scanned({ column, order, ...scan }: Scan): string {
  return `SELECT num, seq FROM ${rowsOf(scan)} ORDER BY ${column} ${order} LIMIT +?`;
}

function rowsOf({ rows, index }: Pick<Scan, "rows" | "index">): string {
  return `tasks ${index === undefined ? "" : `INDEXED BY ${index} `}WHERE ${rows.sql}`;
}

/** Where a scan ended that was stopped by its number of rows; null when it saw all there is. */
export function scanEnd(connection: Connection, scan: Scan): number | null {
  const { column, order, scanRows } = scan;
  const row = connection.row(
    `SELECT ${column} FROM ${rowsOf(scan)} ORDER BY ${column} ${order} LIMIT 1 OFFSET ?`,
    ...scan.rows.values,
    scanRows - 1,
  );
  return integerOrNull(row?.[0] ?? null);
}

/** See `StoreReader.listTasks`. */
export function listTasks(connection: Connection, query: TaskQuery, page: ListPage): TaskPage {
  const { limit, beforeNum, scanRows, textBytes } = page;
  const below: Condition = { sql: "num < ?", values: [beforeNum ?? Number.MAX_SAFE_INTEGER] };
  const few = fewRows(connection, query, scanRows);
  const scan: Scan = {
    rows: few === null ? below : both(few, below),
    column: "num",
    order: "DESC",
    scanRows,
  };
  const columns = columnsWithShortTexts(textBytes);
  const found = matching(connection, scan, { filter: filterCondition(query), limit, columns });
  const tasks = found.slice(0, limit);
  if (found.length > limit) return { tasks, nextBeforeNum: tasks.at(-1)?.num ?? null };
  return { tasks, nextBeforeNum: scanEnd(connection, scan) };
}

/** The rows that an index finds for `query`, where it leaves few; null: it is no help. */
export function fewRows(
  connection: Connection,
  query: Pick<TaskQuery, "workflowId" | "idPrefix">,
  scanRows: number,
): Condition | null {
  if (query.workflowId !== null) {
    return {
      sql: "workflow_num = (SELECT num FROM workflows WHERE id = ?)",
      values: [query.workflowId],
    };
  }
  const nums = query.idPrefix === null ? null : numsByPrefix(connection, query.idPrefix, scanRows);
  if (nums === null) return null;
  return { sql: "num IN (SELECT value FROM json_each(?))", values: [JSON.stringify(nums)] };
}

/** The tasks whose id begins so, or null when they are more than `max`. */
function numsByPrefix(
  connection: Connection,
  prefix: string,
  max: number,
): readonly number[] | null {
  const rows = connection.rows(
    "SELECT num FROM tasks WHERE id >= ? AND id < ? || char(0x10FFFF) LIMIT +?",
    prefix,
    prefix,
    max + 1,
  );
  return rows.length > max ? null : rows.map((row) => integer(row[0]));
}

/** See `StoreReader.listChanges`. */
export function listChanges(
  connection: Connection,
  query: TaskQuery,
  { afterSeq, limit, scanRows, textBytes }: ChangesPage,
): Changes {
  const row = connection.row("SELECT seq, tombstone_horizon FROM counters");
  const [newest, horizon] = [integer(row?.[0]), integer(row?.[1])];
  // A stamp from the future is another store's: this one was restored from a backup.
  if (afterSeq < horizon || afterSeq > newest) {
    return { tasks: [], deleted: [], lastSeq: newest, more: false, reset: true };
  }
  const rows = changedRows(connection, query, afterSeq);
  const scan: Scan = { rows, column: "seq", order: "ASC", scanRows };
  const columns = columnsWithShortTexts(textBytes);
  const found = matching(connection, scan, { filter: filterCondition(query), limit, columns });
  const tasks = found.slice(0, limit);
  const end = found.length > limit ? tasks.at(-1)?.seq ?? afterSeq : scanEnd(connection, scan);
  const lastSeq = end ?? newest;
  const deleted = deletedBetween(connection, afterSeq, lastSeq);
  return { tasks, deleted, lastSeq, more: lastSeq < newest, reset: false };
}

/** Few tasks by their ids, as a page of one follows, are looked up: all changes would be many more. */
function changedRows(connection: Connection, { idPrefix }: TaskQuery, afterSeq: number): Condition {
  const few = fewRows(connection, { idPrefix, workflowId: null }, LOOKED_UP_MAX);
  if (few === null) return { sql: "seq > ?", values: [afterSeq] };
  // Not by the index on stamps, which has them all.
  return both(few, { sql: "+seq > ?", values: [afterSeq] });
}

function deletedBetween(connection: Connection, afterSeq: number, lastSeq: number) {
  const rows = connection.rows(
    "SELECT id, seq FROM tombstones WHERE seq > ? AND seq <= ? ORDER BY seq",
    afterSeq,
    lastSeq,
  );
  return rows.map((row) => ({ id: text(row[0]), seq: integer(row[1]) }));
}
