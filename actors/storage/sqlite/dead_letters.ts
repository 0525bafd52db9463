/** Dead letters: pages of them newest first, pages to change, and their counts. */
import { FAILURE_REASONS } from "../../domain/task.ts";
import type { StoreReader, StoreWriter } from "../port.ts";
import type { DeadLetterCount, DeadLetterQuery, DeadLetterRecord } from "../port/dead_letters.ts";
import { integer, oneOf, text } from "../row/column.ts";
import type { Connection } from "./connection.ts";
import { columnsWithShortTexts, fewRows, matching, type Scan, scanEnd } from "./listing.ts";
import { decodeRun, RUN_COLUMNS } from "./runs.ts";
import { both, type Condition, filterCondition } from "./task_filter.ts";
import { COLUMNS_WITHOUT_TEXTS } from "./task_row.ts";
import type { Transaction } from "./transaction.ts";
import { DEAD } from "./walks.ts";

type ListPage = Parameters<StoreReader["listDeadLetters"]>[1];
type DeadLetterList = Awaited<ReturnType<StoreReader["listDeadLetters"]>>;
type SelectPage = Parameters<StoreWriter["selectDeadLetters"]>[1];
type Selected = Awaited<ReturnType<StoreWriter["selectDeadLetters"]>>;

const REASONS = new Set(FAILURE_REASONS);

/** Behind the columns of a run. */
const ERROR_BYTES_COLUMN = 8;

const NEWEST_RUNS = `SELECT ${RUN_COLUMNS}, ifnull(octet_length(error), 0) FROM runs ` +
  "WHERE num = ? ORDER BY run DESC LIMIT +?";

/** See `DeadLetterReader.listDeadLetters`. */
export function listDeadLetters(
  connection: Connection,
  query: DeadLetterQuery,
  page: ListPage,
): DeadLetterList {
  const { limit, beforeNum, textBytes } = page;
  const below = { sql: "num < ?", values: [beforeNum ?? Number.MAX_SAFE_INTEGER] };
  const scan = scanOf(connection, { query, rows: below, order: "DESC", scanRows: page.scanRows });
  const columns = columnsWithShortTexts(textBytes);
  const found = matching(connection, scan, { filter: conditionOf(query), limit, columns });
  const items: DeadLetterRecord[] = [];
  let bytes = 0;
  for (const task of found.slice(0, limit)) {
    if (bytes >= page.runBytes) break;
    const rows = connection.rows(NEWEST_RUNS, task.num, page.runs + 1);
    bytes += rows.reduce((sum, row) => sum + integer(row[ERROR_BYTES_COLUMN]), 0);
    const runs = rows.slice(0, page.runs).map(decodeRun).toReversed();
    items.push({ task, runs, runsOmitted: rows.length > page.runs });
  }
  if (found.length > items.length) return { items, nextBeforeNum: items.at(-1)?.task.num ?? null };
  return { items, nextBeforeNum: scanEnd(connection, scan) };
}

/** See `DeadLetterWriter.selectDeadLetters`. */
export function selectDeadLetters(
  { connection }: Transaction,
  query: DeadLetterQuery,
  { afterNum, horizon, limit, scanRows }: SelectPage,
): Selected {
  const rows = { sql: "num > ? AND num <= ?", values: [afterNum, horizon.num] };
  const scan = scanOf(connection, { query, rows, order: "ASC", scanRows });
  const found = matching(connection, scan, {
    filter: both(conditionOf(query), { sql: "t.seq <= ?", values: [horizon.seq] }),
    limit,
    columns: { sql: COLUMNS_WITHOUT_TEXTS, values: [] },
  });
  const tasks = found.slice(0, limit);
  if (found.length > limit) return { tasks, nextAfterNum: tasks.at(-1)?.num ?? null };
  return { tasks, nextAfterNum: scanEnd(connection, scan) };
}

/** See `DeadLetterReader.countDeadLetters`. */
export function countDeadLetters(connection: Connection): readonly DeadLetterCount[] {
  const rows = connection.rows(
    "SELECT queue, reason, count FROM dead_letter_counts WHERE count > 0",
  );
  return rows.map((row) => ({
    queue: text(row[0]),
    reason: oneOf(REASONS, row[1]),
    count: integer(row[2]),
  }));
}

/** The walk over the dead letters among `rows`. */
function scanOf(
  connection: Connection,
  { query, rows, order, scanRows }: Pick<Scan, "rows" | "order" | "scanRows"> & {
    readonly query: DeadLetterQuery;
  },
): Scan {
  const few = fewRows(connection, query, scanRows);
  const dead = both(DEAD, rows);
  if (few !== null) return { rows: both(few, dead), column: "num", order, scanRows };
  return { rows: dead, index: "tasks_dead", column: "num", order, scanRows };
}

function conditionOf({ reason, ...query }: DeadLetterQuery): Condition {
  const filter = filterCondition({ ...query, status: null });
  return reason === null ? filter : both(filter, { sql: "t.reason = ?", values: [reason] });
}
