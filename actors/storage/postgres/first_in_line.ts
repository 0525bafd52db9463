/** What is first in line. */
import { type FirstInLine, firstOfQueues } from "../../domain/first_in_line.ts";
import type { WaitingReader } from "../port/waiting.ts";
import { integer, text } from "../row/column.ts";
import type { Connection } from "./connection.ts";

const READY = "FROM tasks_live t WHERE t.status = 'pending'";
const OF_POOL = `${READY} AND t.queue = w.queue AND t.ready_pool = w.pool`;

/** From each queue and pool one seek of the index to the next. */
const WORK = "work (queue, pool, n) AS (" +
  `(SELECT t.queue, t.ready_pool, 1 ${READY} ORDER BY t.queue, t.ready_pool LIMIT 1) UNION ALL ` +
  "SELECT next.queue, next.ready_pool, w.n + 1 FROM work w CROSS JOIN LATERAL (" +
  `SELECT t.queue, t.ready_pool ${READY} AND (t.queue, t.ready_pool) > (w.queue, w.pool) ` +
  "ORDER BY t.queue, t.ready_pool LIMIT 1) next WHERE w.n < $1)";

/** By the key as well, which is none: the index is in order of it, and the planner does not see more. */
const FIRST_KEYLESS = `SELECT t.num, t.ready_order ${OF_POOL} AND t.concurrency_key IS NULL ` +
  "ORDER BY t.concurrency_key, t.ready_order, t.num LIMIT 1";

/** The first of each key, from key to key. */
const FIRSTS_OF_KEYS = "WITH RECURSIVE keys (key, num, ready_order, n) AS (" +
  `(SELECT t.concurrency_key, t.num, t.ready_order, 1 ${OF_POOL} AND t.concurrency_key >= '' ` +
  "ORDER BY t.concurrency_key, t.ready_order, t.num LIMIT 1) UNION ALL " +
  "SELECT next.* FROM keys k CROSS JOIN LATERAL (" +
  `SELECT t.concurrency_key, t.num, t.ready_order, k.n + 1 ${OF_POOL} ` +
  "AND t.concurrency_key > k.key ORDER BY t.concurrency_key, t.ready_order, t.num LIMIT 1) next " +
  "WHERE k.n < $2) SELECT num, ready_order FROM keys";

const FIRSTS =
  `WITH RECURSIVE ${WORK} SELECT w.queue, i.id, t.ready_at, t.ready_order FROM work w ` +
  "CROSS JOIN LATERAL (SELECT o.num FROM (" +
  `(${FIRST_KEYLESS}) UNION ALL (${FIRSTS_OF_KEYS})) o ORDER BY o.ready_order, o.num LIMIT 1) first ` +
  "JOIN tasks_live t ON t.num = first.num JOIN task_inputs i ON i.num = first.num " +
  "ORDER BY w.queue, w.pool";

/** See `WaitingReader.firstInLine`. */
export async function firstInLine(
  connection: Connection,
  { limit, keys }: Parameters<WaitingReader["firstInLine"]>[0],
): Promise<readonly FirstInLine[]> {
  const rows = await connection.rows(FIRSTS, limit, keys);
  return firstOfQueues(rows.map((row) => ({
    queue: text(row[0]),
    id: text(row[1]),
    readyAt: integer(row[2]),
    readyOrder: integer(row[3]),
  })));
}
