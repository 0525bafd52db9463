/** Settings of queues. */
import type { QueueConfig } from "../../domain/task.ts";
import type { LockedQueues } from "../port/queue_locks.ts";
import { text } from "../row/column.ts";
import type { Connection } from "./connection.ts";
import { decodeQueue, QUEUE_COLUMNS } from "../row/queue_record.ts";
import { plain } from "../row/text_column.ts";
import type { Transaction } from "./transaction.ts";

/** Every queue that was set up, by name. */
export function readQueues(connection: Connection): readonly QueueConfig[] {
  return connection.rows(`SELECT ${QUEUE_COLUMNS} FROM queues ORDER BY name`).map(decodeQueue);
}

/** See `QueueLockWriter.lockQueues`. The one writer holds every lock there is. */
export function findQueues(
  { connection }: Transaction,
  names: readonly string[],
): LockedQueues {
  const rows = connection.rows(
    `SELECT ${QUEUE_COLUMNS} FROM json_each(?) j CROSS JOIN queues WHERE name = j.value`,
    JSON.stringify(names),
  );
  const settings = new Map(rows.map(decodeQueue).map((queue) => [queue.name, queue]));
  return { settings, busy: new Set() };
}

/** See `StoreWriter.saveQueue`. */
export function saveQueue({ connection }: Transaction, queue: QueueConfig): void {
  connection.run(
    "INSERT OR REPLACE INTO queues (name, concurrency, rate_limit, rate_per_ms, weight, " +
      "key_concurrency, paused) VALUES (?, ?, ?, ?, ?, ?, ?)",
    plain(queue.name, "the queue's name"),
    queue.concurrency,
    queue.rateLimit?.limit ?? null,
    queue.rateLimit?.perMs ?? null,
    queue.weight,
    queue.keyConcurrency,
    queue.paused ? 1 : 0,
  );
}

/** See `StoreWriter.queueNames`. */
export function queueNames({ connection, counters }: Transaction): readonly string[] {
  counters.flush();
  connection.run(
    "DELETE FROM depths WHERE queue NOT IN (SELECT queue FROM depths WHERE count > 0)",
  );
  return connection.rows("SELECT DISTINCT queue FROM depths").map((row) => text(row[0]));
}
