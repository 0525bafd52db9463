/** Settings of queues. */
import type { QueueConfig } from "../../domain/task.ts";
import { StoreConflictError } from "../port/errors.ts";
import type { LockedQueues, QueueLockPurpose } from "../port/queue_locks.ts";
import type { Row } from "../row/column.ts";
import { decodeQueue, QUEUE_COLUMNS } from "../row/queue_record.ts";
import { plain } from "../row/text_column.ts";
import type { Connection } from "./connection.ts";
import { lockNames } from "./name_locks.ts";
import { underSavepoint } from "./savepoint.ts";
import type { Transaction } from "./transaction.ts";

const SELECT = `SELECT ${QUEUE_COLUMNS} FROM queues`;
const FIND = `${SELECT} WHERE name = ANY ($1::text[])`;
const LOCK = `${FIND} ORDER BY name FOR UPDATE`;
/** What a claim has to count, which others must not do at the same time. */
const LOCK_LIMITED = `${FIND} AND (concurrency IS NOT NULL OR rate_limit IS NOT NULL ` +
  "OR key_concurrency IS NOT NULL) ORDER BY name FOR UPDATE";
const LOCK_FREE = `${LOCK_LIMITED} SKIP LOCKED`;

/**
 * How long a claim waits for other nodes that count in the same queues. Their commits take far less; a
 * node that was stopped or cut off in the midst of one holds everybody up this long.
 */
const CLAIM_LOCK_MS = 100;

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
  tx: Transaction,
  names: readonly string[],
  purpose: QueueLockPurpose,
): Promise<LockedQueues> {
  if (names.length === 0) return { settings: new Map(), busy: new Set() };
  if (purpose === "toClaim") return await lockToClaim(tx, names);
  const { connection } = tx;
  const [, rows] = await Promise.all([
    lockNames(connection, "queue", names),
    connection.rows(LOCK, names),
  ]);
  return { settings: byName(rows), busy: new Set() };
}

async function lockToClaim(tx: Transaction, names: readonly string[]): Promise<LockedQueues> {
  const { connection } = tx;
  const [found, free] = await Promise.all([
    connection.rows(FIND, names),
    connection.rows(LOCK_FREE, names),
  ]);
  // What is read with the lock is newer than what was read before it was had.
  let settings = new Map([...byName(found), ...byName(free)]);
  const isHeld = (queue: QueueConfig) => isLimited(queue) && !byName(free).has(queue.name);
  const held = [...settings.values()].filter(isHeld);
  if (held.length === 0) return { settings, busy: new Set() };
  const busy = held.map(({ name }) => name);
  // Who has none yet may wait, without anybody waiting in a ring.
  const mayWait = !tx.hurried && free.length === 0 && !busy.some((name) => tx.heldQueues.has(name));
  const waited = mayWait ? await lockInTime(tx, names) : null;
  if (waited === null) {
    if (mayWait) tx.heldQueues.add(busy);
    return { settings, busy: new Set(busy) };
  }
  settings = new Map([...settings, ...byName(waited)]);
  return { settings, busy: new Set() };
}

/** Locks the queues with a limit; null where that takes too long. */
async function lockInTime(
  tx: Transaction,
  names: readonly string[],
): Promise<readonly Row[] | null> {
  const { connection } = tx;
  try {
    return await underSavepoint(tx, "queue_locks", async () => {
      await connection.run(`SET LOCAL lock_timeout = ${CLAIM_LOCK_MS}`);
      const rows = await connection.rows(LOCK_LIMITED, names);
      await connection.run("SET LOCAL lock_timeout TO DEFAULT");
      return rows;
    });
  } catch (error) {
    if (error instanceof StoreConflictError) return null;
    throw error;
  }
}

function isLimited({ concurrency, rateLimit, keyConcurrency }: QueueConfig): boolean {
  return concurrency !== null || rateLimit !== null || keyConcurrency !== null;
}

function byName(rows: readonly Row[]): ReadonlyMap<string, QueueConfig> {
  return new Map(rows.map(decodeQueue).map((queue) => [queue.name, queue]));
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
