/** Idempotency keys: what a client sent once, so that a repetition finds it. */
import type { IdempotencyEntry } from "../port.ts";
import { integer, integerOrNull, text } from "../row/column.ts";
import { plain } from "../row/text_column.ts";
import type { Transaction } from "./transaction.ts";

/** Expired keys that go with every insert, beyond as many as are inserted: the table cannot grow by them. */
const EXPIRED_PER_INSERT = 100;

/** Those that somebody else deletes or reads just now are left to them. */
const DELETE_EXPIRED = "DELETE FROM idempotency WHERE key IN (SELECT key FROM idempotency " +
  "WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2 FOR UPDATE SKIP LOCKED)";

const FIND = "SELECT key, content_hash, id, expires_at FROM idempotency " +
  "WHERE key = ANY ($1::text[]) AND expires_at > $2";

const INSERT = "INSERT INTO idempotency (key, content_hash, id, expires_at) " +
  "SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[])";

/** See `StoreWriter.findIdempotencyKeys`. */
export async function findIdempotencyKeys(
  { connection }: Transaction,
  keys: readonly string[],
  now: number,
): Promise<ReadonlyMap<string, IdempotencyEntry>> {
  if (keys.length === 0) return new Map();
  const rows = await connection.rows(FIND, keys, now);
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
export async function insertIdempotencyKeys(
  tx: Transaction,
  entries: readonly IdempotencyEntry[],
): Promise<void> {
  if (entries.length === 0) return;
  const { connection, now } = tx;
  const keys = entries.map(({ key }) => plain(key, "the idempotency key"));
  await deleteExpiredKeys(tx, now, entries.length + EXPIRED_PER_INSERT);
  await connection.run(
    "DELETE FROM idempotency WHERE key = ANY ($1::text[]) AND expires_at <= $2",
    keys,
    now,
  );
  await connection.run(
    INSERT,
    keys,
    entries.map(({ contentHash }) => contentHash),
    entries.map(({ id }) => id),
    entries.map(({ expiresAt }) => expiresAt),
  );
}

/** See `RetentionWriter.deleteExpiredKeys`. */
export function deleteExpiredKeys(
  { connection }: Transaction,
  now: number,
  limit: number,
): Promise<number> {
  return connection.run(DELETE_EXPIRED, now, limit);
}

/** See `RetentionWriter.nextKeyExpiry`. */
export async function nextKeyExpiry({ connection }: Transaction): Promise<number | null> {
  const row = await connection.row(
    "SELECT expires_at FROM idempotency ORDER BY expires_at LIMIT 1",
  );
  return integerOrNull(row?.[0] ?? null);
}
