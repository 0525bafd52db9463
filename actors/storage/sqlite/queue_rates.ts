/** What is left of rate limits. */
import type { TokenBucket } from "../../domain/token_bucket.ts";
import type { QueueRate } from "../port/queue_rates.ts";
import { integer, real, text } from "../row/column.ts";
import type { Transaction } from "./transaction.ts";

/** See `QueueRateWriter.loadQueueRates`. */
export function loadQueueRates(
  { connection }: Transaction,
  queues: readonly string[],
): ReadonlyMap<string, TokenBucket> {
  const rows = connection.rows(
    "SELECT r.queue, r.tokens, r.at FROM json_each(?) j CROSS JOIN queue_rates r " +
      "WHERE r.queue = j.value",
    JSON.stringify(queues),
  );
  return new Map(rows.map((row) => [text(row[0]), { tokens: real(row[1]), at: integer(row[2]) }]));
}

/** See `QueueRateWriter.saveQueueRates`. */
export function saveQueueRates({ connection }: Transaction, rates: readonly QueueRate[]): void {
  connection.runEach(
    "INSERT INTO queue_rates (queue, tokens, at) VALUES (?, ?, ?) " +
      "ON CONFLICT (queue) DO UPDATE SET tokens = excluded.tokens, at = excluded.at",
    rates.map(({ queue, bucket }) => [queue, bucket.tokens, bucket.at]),
  );
}

/** See `QueueRateWriter.deleteQueueRate`. */
export function deleteQueueRate({ connection }: Transaction, queue: string): void {
  connection.run("DELETE FROM queue_rates WHERE queue = ?", queue);
}
