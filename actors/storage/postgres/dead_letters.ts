/** Dead letters: pages of them newest first, pages to change, and their counts. */
import { FAILURE_REASONS, type TaskRecord } from "../../domain/task.ts";
import type { StoreReader, StoreWriter } from "../port.ts";
import type {
  DeadLetterCount,
  DeadLetterHorizon,
  DeadLetterQuery,
  DeadLetterRecord,
} from "../port/dead_letters.ts";
import { integer, oneOf, text } from "../row/column.ts";
import type { Connection } from "./connection.ts";
import { fewRows, loadShort, matching, type Scan, scanEnd } from "./listing.ts";
import { decodeRun, RUN_COLUMNS } from "../row/run_record.ts";
import { all, type Condition, filterCondition } from "./task_filter.ts";
import { loadTasks } from "./tasks.ts";
import type { Transaction } from "./transaction.ts";
import { DEAD, LAST_SEQ } from "./walks.ts";

type ListPage = Parameters<StoreReader["listDeadLetters"]>[1];
type DeadLetterList = Awaited<ReturnType<StoreReader["listDeadLetters"]>>;
type SelectPage = Parameters<StoreWriter["selectDeadLetters"]>[1];
type Selected = Awaited<ReturnType<StoreWriter["selectDeadLetters"]>>;

const REASONS = new Set(FAILURE_REASONS);

/** See `DeadLetterReader.listDeadLetters`. */
export async function listDeadLetters(
  connection: Connection,
  query: DeadLetterQuery,
  { limit, beforeNum, scanRows, textBytes, ...bounds }: ListPage,
): Promise<DeadLetterList> {
  const below: Condition = (values) =>
    `t.num < ${values.add(beforeNum ?? Number.MAX_SAFE_INTEGER)}`;
  const rows = await rowsOf(connection, query, { rows: below, scanRows });
  const scan: Scan = { rows, column: "num", order: "DESC", scanRows };
  const found = await matching(connection, scan, { filter: conditionOf(query), limit });
  const tasks = await loadShort(connection, found.slice(0, limit), textBytes);
  const items = await withRuns(connection, tasks, bounds);
  if (found.length > items.length) return { items, nextBeforeNum: items.at(-1)?.task.num ?? null };
  return { items, nextBeforeNum: await scanEnd(connection, scan) };
}

/** Behind the columns of a run. */
const [NUM_COLUMN, ERROR_BYTES_COLUMN] = [8, 9];

const NEWEST_RUNS = `SELECT ${RUN_COLUMNS}, n.num, coalesce(octet_length(error), 0) ` +
  "FROM unnest($1::bigint[]) j (num) CROSS JOIN LATERAL (" +
  "SELECT * FROM runs r WHERE r.num = j.num ORDER BY r.run DESC LIMIT $2) n ORDER BY n.run DESC";

/** Tasks whose runs are read at once: so that not many are read in vain where they are long. */
const TASKS_AT_ONCE = 20;

/** The tasks with their newest runs, until `runBytes` of those have come together. */
async function withRuns(
  connection: Connection,
  tasks: readonly TaskRecord[],
  { runs: most, runBytes }: Pick<ListPage, "runs" | "runBytes">,
): Promise<readonly DeadLetterRecord[]> {
  const items: DeadLetterRecord[] = [];
  let bytes = 0;
  for (let from = 0; from < tasks.length; from += TASKS_AT_ONCE) {
    const some = tasks.slice(from, from + TASKS_AT_ONCE);
    const rows = await connection.rows(NEWEST_RUNS, some.map(({ num }) => num), most + 1);
    const rowsOf = Map.groupBy(rows, (row) => integer(row[NUM_COLUMN]));
    for (const task of some) {
      if (bytes >= runBytes) return items;
      const own = rowsOf.get(task.num) ?? [];
      bytes += own.reduce((sum, row) => sum + integer(row[ERROR_BYTES_COLUMN]), 0);
      const runs = own.slice(0, most).map(decodeRun).toReversed();
      items.push({ task, runs, runsOmitted: own.length > most });
    }
  }
  return items;
}

const HORIZON = `SELECT CASE WHEN is_called THEN last_value ELSE 0 END, ${LAST_SEQ} FROM task_nums`;

/** See `DeadLetterWriter.deadLetterHorizon`. */
export async function deadLetterHorizon(
  { connection }: Transaction,
): Promise<DeadLetterHorizon> {
  const row = await connection.row(HORIZON);
  return { num: integer(row?.[0]), seq: integer(row?.[1]) };
}

/** See `DeadLetterWriter.selectDeadLetters`. */
export async function selectDeadLetters(
  tx: Transaction,
  query: DeadLetterQuery,
  { afterNum, horizon, limit, scanRows }: SelectPage,
): Promise<Selected> {
  const { connection } = tx;
  const between: Condition = (values) =>
    `t.num > ${values.add(afterNum)} AND t.num <= ${values.add(horizon.num)}`;
  const before: Condition = (values) => `t.seq <= ${values.add(horizon.seq)}`;
  const rows = await rowsOf(connection, query, { rows: between, scanRows });
  const scan: Scan = { rows, column: "num", order: "ASC", scanRows };
  const filter = all(conditionOf(query), before);
  const found = await matching(connection, scan, { filter, limit });
  const nums = found.slice(0, limit).map(({ num }) => num);
  const tasks = await lockDead(tx, nums, horizon);
  if (found.length > limit) return { tasks, nextAfterNum: nums.at(-1) ?? null };
  return { tasks, nextAfterNum: await scanEnd(connection, scan) };
}

/** Those of the tasks that are still dead letters from before the horizon once they are locked. */
async function lockDead(
  tx: Transaction,
  nums: readonly number[],
  horizon: SelectPage["horizon"],
): Promise<readonly TaskRecord[]> {
  const tasks = await loadTasks(tx, nums);
  return nums.flatMap((num) => {
    const task = tasks.get(num);
    if (task === undefined || task.status !== "failed" || task.discardedAt !== null) return [];
    return task.seq > horizon.seq ? [] : [task];
  });
}

const COUNT = "SELECT queue, reason, sum(count)::bigint FROM dead_letter_counts " +
  "GROUP BY queue, reason HAVING sum(count) > 0";

/** See `DeadLetterReader.countDeadLetters`. */
export async function countDeadLetters(
  connection: Connection,
): Promise<readonly DeadLetterCount[]> {
  const rows = await connection.rows(COUNT);
  return rows.map((row) => ({
    queue: text(row[0]),
    reason: oneOf(REASONS, row[1]),
    count: integer(row[2]),
  }));
}

/** The dead letters among `rows`, by an index where one leaves few of them. */
async function rowsOf(
  connection: Connection,
  query: DeadLetterQuery,
  { rows, scanRows }: Pick<Scan, "rows" | "scanRows">,
): Promise<Condition> {
  const few = await fewRows(connection, query, scanRows);
  return few === null ? all(DEAD, rows) : all(few, DEAD, rows);
}

function conditionOf({ reason, ...query }: DeadLetterQuery): Condition {
  const filter = filterCondition({ ...query, status: null });
  return reason === null ? filter : all(filter, (values) => `t.reason = ${values.add(reason)}`);
}
