/** What is left of rate limits. */
import type { TokenBucket } from "../../domain/token_bucket.ts";
import type { QueueRate } from "../port/queue_rates.ts";
import { integer, real, text } from "../row/column.ts";
import type { Transaction } from "./transaction.ts";

const LOAD = "SELECT queue, tokens, at FROM queue_rates WHERE queue = ANY ($1::text[]) " +
  "ORDER BY queue FOR UPDATE";

const SAVE = "INSERT INTO queue_rates (queue, tokens, at) " +
  "SELECT * FROM unnest($1::text[], $2::double precision[], $3::bigint[]) u (queue, tokens, at) " +
  "ORDER BY queue ON CONFLICT (queue) DO UPDATE SET tokens = excluded.tokens, at = excluded.at";

/** See `QueueRateWriter.loadQueueRates`. */
export async function loadQueueRates(
  { connection }: Transaction,
  queues: readonly string[],
): Promise<ReadonlyMap<string, TokenBucket>> {
  if (queues.length === 0) return new Map();
  const rows = await connection.rows(LOAD, queues);
  return new Map(rows.map((row) => [text(row[0]), { tokens: real(row[1]), at: integer(row[2]) }]));
}

/** See `QueueRateWriter.saveQueueRates`. */
export async function saveQueueRates(
  { connection }: Transaction,
  rates: readonly QueueRate[],
): Promise<void> {
  if (rates.length === 0) return;
  await connection.run(
    SAVE,
    rates.map(({ queue }) => queue),
    rates.map(({ bucket }) => bucket.tokens),
    rates.map(({ bucket }) => bucket.at),
  );
}

/** See `QueueRateWriter.deleteQueueRate`. */
export async function deleteQueueRate({ connection }: Transaction, queue: string): Promise<void> {
  await connection.run("DELETE FROM queue_rates WHERE queue = $1", queue);
}
