import { integer } from "../row/column.ts";
import type { Transaction } from "./transaction.ts";

/** Deletions that resuming event streams can be told of; whoever is further behind starts anew. */
export const TOMBSTONES_MAX = 10_000;

/** To remove the surplus one by one would cost every deletion a write more. */
const SURPLUS_MAX = 1_000;

const PLANT = "INSERT INTO tombstones (seq, id) SELECT * FROM unnest($1::bigint[], $2::text[])";
const SPAN = "SELECT coalesce(max(place) - min(place), 0), max(place) FROM tombstones";
const FORGET = "WITH forgotten AS (DELETE FROM tombstones WHERE place <= $1 RETURNING seq) " +
  "UPDATE tombstone_horizon SET seq = greatest(seq, (SELECT max(seq) FROM forgotten))";

/** Records that the tasks with `ids` were deleted, each with a stamp of its own; answers the newest. */
export async function plantTombstones(
  { connection, stamps }: Transaction,
  ids: readonly string[],
): Promise<number> {
  const seqs = ids.map(() => stamps.next());
  await connection.run(PLANT, seqs, ids);
  const row = await connection.row(SPAN);
  if (integer(row?.[0]) >= TOMBSTONES_MAX + SURPLUS_MAX) {
    await connection.run(FORGET, integer(row?.[1]) - TOMBSTONES_MAX);
  }
  return seqs.at(-1) ?? 0;
}
