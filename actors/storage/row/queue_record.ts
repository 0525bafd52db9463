/** The settings of a queue as a row of `QUEUE_COLUMNS`, in either database. */
import type { QueueConfig } from "../../domain/task.ts";
import { integer, integerOrNull, type Row, text } from "./column.ts";

export const QUEUE_COLUMNS =
  "name, concurrency, rate_limit, rate_per_ms, weight, key_concurrency, paused";

export function decodeQueue(row: Row): QueueConfig {
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
