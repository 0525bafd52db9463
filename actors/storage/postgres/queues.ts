/** Settings of queues. */
import type { QueueConfig } from "../../domain/task.ts";
import type { QueueLockPurpose } from "../port/queue_locks.ts";
import { integer, integerOrNull, type Row, text } from "../row/column.ts";
import { plain } from "../row/text_column.ts";
import type { Connection } from "./connection.ts";
import { lockNames } from "./name_locks.ts";
import type { Transaction } from "./transaction.ts";

const SELECT =
  "SELECT name, concurrency, rate_limit, rate_per_ms, weight, key_concurrency, paused " +
  "FROM queues";
const FIND = `${SELECT} WHERE name = ANY ($1::text[])`;
const LOCK = `${FIND} ORDER BY name FOR UPDATE`;
/** What a claim has to count, which others must not do at the same time. */
const LOCK_LIMITED = `${FIND} AND (concurrency IS NOT NULL OR rate_limit IS NOT NULL ` +
  "OR key_concurrency IS NOT NULL) ORDER BY name FOR UPDATE";

const SAVE = "INSERT INTO queues (name, concurrency, rate_limit, rate_per_ms, weight, " +
  "key_concurrency, paused) VALUES ($1, $2, $3, $4, $5, $6, $7) " +
  "ON CONFLICT (name) DO UPDATE SET concurrency = excluded.concurrency, " +
  "rate_limit = excluded.rate_limit, rate_per_ms = excluded.rate_per_ms, " +
  "weight = excluded.weight, key_concurrency = excluded.key_concurrency, " +
  "paused = excluded.paused";

/** Every queue that was set up, by name. */
export async function readQueues(connection: Connection): Promise<readonly QueueConfig[]> {
  return (await connection.rows(`${SELECT} ORDER BY name`)).map(decodeQueue);
}

/** The settings of one queue; null where it was never set up. */
export async function readQueue(
  connection: Connection,
  name: string,
): Promise<QueueConfig | null> {
  const row = await connection.row(FIND, [name]);
  return row === undefined ? null : decodeQueue(row);
}

/** See `QueueLockWriter.lockQueues`. */
export async function lockQueues(
  { connection }: Transaction,
  names: readonly string[],
  purpose: QueueLockPurpose,
): Promise<ReadonlyMap<string, QueueConfig>> {
  if (names.length === 0) return new Map();
  // What is read with the lock is newer than what was read before it was had.
  const rows = purpose === "toChange"
    ? [lockNames(connection, "queue", names), connection.rows(LOCK, names)]
    : [connection.rows(FIND, names), connection.rows(LOCK_LIMITED, names)];
  const queues = (await Promise.all(rows)).flatMap((found) => found ?? []).map(decodeQueue);
  return new Map(queues.map((queue) => [queue.name, queue]));
}

function decodeQueue(row: Row): QueueConfig {
  const [limit, perMs] = [integerOrNull(row[2]), integerOrNull(row[3])];
  return {
    name: text(row[0]),
    concurrency: integerOrNull(row[1]),
    rateLimit: limit === null || perMs === null ? null : { limit, perMs },
    weight: integer(row[4]),
    keyConcurrency: integerOrNull(row[5]),
    paused: row[6] === 1,
  };
}

/** See `StoreWriter.saveQueue`. */
export async function saveQueue({ connection }: Transaction, queue: QueueConfig): Promise<void> {
  await connection.run(
    SAVE,
    plain(queue.name, "the queue's name"),
    queue.concurrency,
    queue.rateLimit?.limit ?? null,
    queue.rateLimit?.perMs ?? null,
    queue.weight,
    queue.keyConcurrency,
    queue.paused ? 1 : 0,
  );
}
