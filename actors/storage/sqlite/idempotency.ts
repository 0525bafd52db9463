/** Idempotency keys: what a client sent once, so that a repetition finds it. */
import type { IdempotencyEntry } from "../port.ts";
import { integer, integerOrNull, text } from "../row/column.ts";
import { plain } from "../row/text_column.ts";
import type { Transaction } from "./transaction.ts";

/** Expired keys that go with every insert, beyond as many as are inserted: the table cannot grow by them. */
const EXPIRED_PER_INSERT = 100;

const DELETE_EXPIRED = "DELETE FROM idempotency WHERE key IN " +
  "(SELECT key FROM idempotency WHERE expires_at <= ? ORDER BY expires_at LIMIT +?)";

/** See `StoreWriter.findIdempotencyKeys`. */
export function findIdempotencyKeys(
  { connection }: Transaction,
  keys: readonly string[],
  now: number,
): ReadonlyMap<string, IdempotencyEntry> {
  const rows = connection.rows(
    "SELECT k.key, k.content_hash, k.id, k.expires_at FROM json_each(?) j " +
      "CROSS JOIN idempotency k WHERE k.key = j.value AND k.expires_at > ?",
    JSON.stringify(keys),
    now,
  );
  return new Map(
    rows.map((row) => [text(row[0]), {
      key: text(row[0]),
      contentHash: text(row[1]),
      id: text(row[2]),
      expiresAt: integer(row[3]),
    }]),
  );
}

/** See `StoreWriter.insertIdempotencyKeys`. */
export function insertIdempotencyKeys(
  { connection, now }: Transaction,
  entries: readonly IdempotencyEntry[],
): void {
  connection.run(DELETE_EXPIRED, now, entries.length + EXPIRED_PER_INSERT);
  connection.runEach(
    "DELETE FROM idempotency WHERE key = ? AND expires_at <= ?",
    entries.map(({ key }) => [key, now]),
  );
  connection.runEach(
    "INSERT INTO idempotency (key, content_hash, id, expires_at) VALUES (?, ?, ?, ?)",
    entries.map((entry) => [
      plain(entry.key, "the idempotency key"),
      entry.contentHash,
      entry.id,
      entry.expiresAt,
    ]),
  );
}

/** See `RetentionWriter.deleteExpiredKeys`. */
export function deleteExpiredKeys({ connection }: Transaction, now: number, limit: number): number {
  return connection.run(DELETE_EXPIRED, now, limit);
}

/** See `RetentionWriter.nextKeyExpiry`. */
export function nextKeyExpiry({ connection }: Transaction): number | null {
  return integerOrNull(connection.row("SELECT min(expires_at) FROM idempotency")?.[0]);
}
