/**
 * The concurrency keys that have ready work: one seek of the index leads past all further tasks of a key
 * to the first task of the next. Keys without work are nowhere.
 */
import type { QueueAndPool } from "../port.ts";
import { integer, textOrNull } from "../row/column.ts";
import type { Connection } from "./connection.ts";

/** A stretch of the keys of a queue and pool, in the order of the database. */
export interface KeyRange extends QueueAndPool {
  /** Keys beyond this one; null: from the first. */
  readonly after: string | null;
  /** Keys not beyond this one; null: to the last. */
  readonly upTo: string | null;
  /** Most keys to give. */
  readonly limit: number;
  /** The largest number of running tasks of interest; null: none is. */
  readonly countAtMost: number | null;
}

/** A key with how many of its tasks run now, in any pool of the queue. */
export interface ReadyKey {
  readonly key: string;
  readonly running: number;
}

export interface ReadyKeys {
  readonly keys: readonly ReadyKey[];
  /** True when there is ready work without a key, too. */
  readonly hasKeyless: boolean;
}

const READY =
  "FROM tasks_live t WHERE t.status = 'pending' AND t.queue = $1 AND t.ready_pool = $2 " +
  "AND t.concurrency_key";
const IN_ORDER = "ORDER BY t.concurrency_key LIMIT 1";

/** No key is smaller than the empty text, so that all are `>= $3` where $3 is that. */
const keysFrom = (start: ">" | ">=") =>
  `WITH RECURSIVE keys (key, n) AS (` +
  `(SELECT t.concurrency_key, 1 ${READY} ${start} $3 ${IN_ORDER}) ` +
  "UNION ALL SELECT next.key, k.n + 1 FROM keys k CROSS JOIN LATERAL " +
  `(SELECT t.concurrency_key AS key ${READY} > k.key ${IN_ORDER}) next WHERE k.n < $5) ` +
  "SELECT k.key, CASE WHEN $6::bigint IS NULL THEN 0 ELSE (SELECT count(*) FROM (" +
  "SELECT 1 FROM tasks_live r WHERE r.status = 'running' AND r.queue = $1 " +
  "AND r.concurrency_key = k.key LIMIT $6) running) END FROM keys k " +
  "WHERE $4::text IS NULL OR k.key <= $4 " +
  // No key is a row without one.
  `UNION ALL SELECT NULL, 0 WHERE EXISTS (SELECT 1 ${READY} IS NULL)`;
const KEYS_FROM = keysFrom(">=");
const KEYS_AFTER = keysFrom(">");

/** The keys of a range. The database compares them: its order of strings is not JavaScript's. */
export async function readyKeys(connection: Connection, range: KeyRange): Promise<ReadyKeys> {
  const { queue, pool, after, upTo, limit, countAtMost } = range;
  const sql = after === null ? KEYS_FROM : KEYS_AFTER;
  const rows = await connection.rows(sql, queue, pool, after ?? "", upTo, limit, countAtMost);
  const keys = rows.flatMap((row) => {
    const key = textOrNull(row[0]);
    return key === null ? [] : [{ key, running: integer(row[1]) }];
  });
  return { keys, hasKeyless: keys.length < rows.length };
}
