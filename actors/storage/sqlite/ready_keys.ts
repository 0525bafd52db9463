/**
 * The concurrency keys that have ready work, each with its first task: one seek of the index leads past
 * all further tasks of a key to the first task of the next. Keys without work are nowhere.
 */
import type { QueueAndPool } from "../port.ts";
import { integer, text } from "../row/column.ts";
import type { Connection } from "./connection.ts";

/** A stretch of the keys of a queue and pool, in the order of the database. */
export interface KeyRange extends QueueAndPool {
  /** Keys beyond this one; null: from the first. */
  readonly after: string | null;
  /** Keys not beyond this one; null: to the last. */
  readonly upTo: string | null;
  /** Most keys to give. */
  readonly limit: number;
}

/** A key with the task of it that is first. */
export interface ReadyKey {
  readonly key: string;
  readonly num: number;
}

/** No key is smaller than the empty text. */
const [FROM_FIRST, BEYOND] = [">= ''", "> ?"];

const READY = "SELECT num, concurrency_key FROM tasks INDEXED BY tasks_ready " +
  "WHERE status = 'pending' AND queue = ? AND ready_pool = ? AND concurrency_key";
const IN_ORDER = "ORDER BY concurrency_key, ready_order, num LIMIT 1";

/** Parameters: queue, pool, `after` where there is one; queue, pool; limit; `upTo` twice. */
const keysFrom = (start: string) =>
  `WITH RECURSIVE heads (num, key, n) AS (` +
  `SELECT num, concurrency_key, 1 FROM (${READY} ${start} ${IN_ORDER}) ` +
  `UNION ALL SELECT t.num, t.concurrency_key, h.n + 1 FROM heads h CROSS JOIN tasks t ` +
  `WHERE t.num = (SELECT num FROM (${READY} > h.key ${IN_ORDER})) AND h.n < ?) ` +
  `SELECT num, key FROM heads WHERE ? IS NULL OR key <= ?`;
const KEYS_FROM_FIRST = keysFrom(FROM_FIRST);
const KEYS_AFTER = keysFrom(BEYOND);

/** The keys of a range. The database compares them: its order of strings is not JavaScript's. */
export function readyKeys(connection: Connection, range: KeyRange): readonly ReadyKey[] {
  const { queue, pool, after, upTo, limit } = range;
  const rest = [queue, pool, limit, upTo, upTo];
  const rows = after === null
    ? connection.rows(KEYS_FROM_FIRST, queue, pool, ...rest)
    : connection.rows(KEYS_AFTER, queue, pool, after, ...rest);
  return rows.map((row) => ({ num: integer(row[0]), key: text(row[1]) }));
}

/** True when the queue and pool have ready work without a key. */
export function hasKeyless(connection: Connection, { queue, pool }: QueueAndPool): boolean {
  return connection.row(
    "SELECT 1 FROM tasks INDEXED BY tasks_ready WHERE status = 'pending' " +
      "AND queue = ? AND ready_pool = ? AND concurrency_key IS NULL LIMIT 1",
    queue,
    pool,
  ) !== undefined;
}
