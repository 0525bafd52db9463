/** What is first in line. */
import { type FirstInLine, type FirstOfPool, firstOfQueues } from "../../domain/first_in_line.ts";
import type { WaitingReader } from "../port/waiting.ts";
import { integer, text } from "../row/column.ts";
import type { Connection } from "./connection.ts";
import { nextWork } from "./ready.ts";

const FIRST =
  "SELECT t.id, t.ready_at, t.ready_order FROM tasks t WHERE t.num = (SELECT num FROM (" +
  "SELECT * FROM (SELECT num, ready_order FROM tasks INDEXED BY tasks_ready " +
  "WHERE status = 'pending' AND concurrency_key IS NULL AND queue = ?1 AND ready_pool = ?2 " +
  "ORDER BY ready_order, num LIMIT 1) UNION ALL " +
  "SELECT * FROM (SELECT num, ready_order FROM ready_keys WHERE queue = ?1 AND pool = ?2 " +
  "ORDER BY key LIMIT +?3)) ORDER BY ready_order, num LIMIT 1)";

/** See `WaitingReader.firstInLine`. */
export function firstInLine(
  connection: Connection,
  { limit, keys }: Parameters<WaitingReader["firstInLine"]>[0],
): readonly FirstInLine[] {
  const firsts: FirstOfPool[] = [];
  for (let place = nextWork(connection, { queue: "", pool: "" }); place !== null;) {
    const { queue, pool } = place;
    const row = connection.row(FIRST, queue, pool, keys);
    if (row !== undefined) {
      const [id, readyAt, readyOrder] = row;
      firsts.push({
        queue,
        id: text(id),
        readyAt: integer(readyAt),
        readyOrder: integer(readyOrder),
      });
    }
    place = firsts.length < limit ? nextWork(connection, place) : null;
  }
  return firstOfQueues(firsts);
}
