/** The pools that tasks wait for, where they change. */
import { aloneKey } from "../../domain/pool.ts";
import type { StoreWriter } from "../port.ts";
import type { ReadyPoolWriter } from "../port/ready_pools.ts";
import { integer } from "../row/column.ts";
import type { Connection, Row } from "./connection.ts";
import { keepInLine } from "./key_lines.ts";
import { plain } from "../row/text_column.ts";
import type { Transaction } from "./transaction.ts";

type PoolChange = Parameters<StoreWriter["reassignPools"]>[0][number];

/** The tasks that can still run, but for those in line, by indexes that leave out what has ended. */
const LIVE = [
  ["tasks_ready", "status = 'pending' AND concurrency_key IS NULL"],
  ["tasks_due", "status = 'scheduled'"],
  ["tasks_blocked", "status = 'blocked'"],
  ["tasks_running", "status = 'running'"],
] as const;

/** Tables with the tasks in line: those behind go first, or some would move up and be passed over. */
const LINES = ["ready_behind", "ready_keys"] as const;

/** Parameters: what `poolsOf` gives. */
const SET_POOLS = "SET pool = ?, ready_pool = CASE ready_pool " +
  "WHEN ? THEN ? WHEN ? THEN ? ELSE ready_pool END";

/** Tasks in line that are moved at a time. */
const PAGE = 1_000;

/** See `StoreWriter.setReadyPools`. */
export function setReadyPools(
  { connection }: Transaction,
  moves: Parameters<ReadyPoolWriter["setReadyPools"]>[0],
): void {
  keepInLine(connection, moves.map(({ num }) => num), () =>
    connection.runEach(
      "UPDATE tasks SET ready_pool = ? WHERE num = ? AND status = 'pending'",
      moves.map(({ num, readyPool }) => [plain(readyPool, "the pool"), num]),
    ));
}

/** See `StoreWriter.reassignPools`. Walks over all live tasks: a definition changes rarely. */
export function reassignPools(
  { connection }: Transaction,
  changes: readonly PoolChange[],
): void {
  for (const change of changes) {
    const { method, from } = change;
    for (const [index, condition] of LIVE) {
      connection.run(
        `UPDATE tasks INDEXED BY ${index} ${SET_POOLS} ` +
          `WHERE ${condition} AND method = ? AND pool = ?`,
        ...poolsOf(change),
        method,
        from,
      );
    }
    for (const table of LINES) reassignInLine(connection, table, change);
  }
}

function reassignInLine(
  connection: Connection,
  table: typeof LINES[number],
  change: PoolChange,
): void {
  // Rows that a line has moved past name tasks that may stand elsewhere by now.
  const select = `SELECT l.queue, l.pool, l.key, l.ready_order, l.num FROM ${table} l ` +
    "CROSS JOIN tasks t WHERE (l.queue, l.pool, l.key, l.ready_order, l.num) > (?, ?, ?, ?, ?) " +
    "AND t.num = l.num AND t.status = 'pending' AND t.method = ? AND t.pool = ? " +
    "ORDER BY l.queue, l.pool, l.key, l.ready_order, l.num LIMIT +?";
  for (let after: Row = ["", "", "", 0, 0];;) {
    const rows = connection.rows(select, ...after, change.method, change.from, PAGE);
    const last = rows.at(-1);
    if (last === undefined) return;
    after = last;
    const nums = rows.map((row) => integer(row[4]));
    keepInLine(connection, nums, () =>
      connection.run(
        `UPDATE tasks ${SET_POOLS} WHERE num IN (SELECT value FROM json_each(?))`,
        ...poolsOf(change),
        JSON.stringify(nums),
      ));
  }
}

function poolsOf({ from, to }: PoolChange): readonly string[] {
  return [to, from, to, aloneKey(from), aloneKey(to)];
}
