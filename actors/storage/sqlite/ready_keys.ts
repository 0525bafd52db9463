/** The concurrency keys that have ready work, each with its first task. Keys without work are nowhere. */
import type { QueueAndPool } from "../port.ts";
import { integer, text } from "../row/column.ts";
import type { Connection } from "./connection.ts";
import type { LinePlace } from "./key_lines.ts";

/** A stretch of the keys of a queue and pool, in the order of the database. */
export interface KeyRange extends QueueAndPool {
  /** Keys beyond this one; null: from the first. */
  readonly after: string | null;
  /** Keys not beyond this one; null: to the last. */
  readonly upTo: string | null;
  /** Most keys to give. */
  readonly limit: number;
}

/** A key with the place of the task of it that is first. */
export interface ReadyKey extends LinePlace {
  readonly key: string;
}

/** The keys of a range. The database compares them: its order of strings is not JavaScript's. */
export function readyKeys(connection: Connection, range: KeyRange): readonly ReadyKey[] {
  const { queue, pool, after, upTo, limit } = range;
  const from = after === null ? "" : "AND key > ? ";
  const to = upTo === null ? "" : "AND key <= ? ";
  const rows = connection.rows(
    `SELECT key, ready_order, num FROM ready_keys WHERE queue = ? AND pool = ? ${from}${to}` +
      "ORDER BY key LIMIT +?",
    ...[queue, pool, after, upTo].filter((value) => value !== null),
    limit,
  );
  return rows.map((row) => ({
    key: text(row[0]),
    order: integer(row[1]),
    num: integer(row[2]),
  }));
}

/** True when the queue and pool have ready work without a key. */
export function hasKeyless(connection: Connection, { queue, pool }: QueueAndPool): boolean {
  return connection.row(
    "SELECT 1 FROM tasks INDEXED BY tasks_ready WHERE status = 'pending' " +
      "AND concurrency_key IS NULL AND queue = ? AND ready_pool = ? LIMIT 1",
    queue,
    pool,
  ) !== undefined;
}
