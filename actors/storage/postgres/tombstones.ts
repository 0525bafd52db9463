import { integer } from "../row/column.ts";
import type { Connection } from "./connection.ts";
import type { Transaction } from "./transaction.ts";

/** Deletions that resuming event streams can be told of; whoever is further behind starts anew. */
export const TOMBSTONES_MAX = 10_000;

/** To remove the surplus one by one would cost every deletion a write more. */
const SURPLUS_MAX = 1_000;

const PLANT = "INSERT INTO tombstones (seq, id) SELECT * FROM unnest($1::bigint[], $2::text[])";
const NEWEST_BUT = "SELECT seq FROM tombstones ORDER BY seq DESC LIMIT 1 OFFSET $1";
const RAISE_HORIZON = "UPDATE tombstone_horizon SET seq = greatest(seq, $1)";
const FORGET = "DELETE FROM tombstones WHERE seq <= $1";

/** Records that the tasks with `ids` were deleted, each with a stamp of its own; answers the newest. */
export async function plantTombstones(
  { connection, stamps }: Transaction,
  ids: readonly string[],
): Promise<number> {
  const seqs = ids.map(() => stamps.next());
  await connection.run(PLANT, seqs, ids);
  await trim(connection);
  return seqs.at(-1) ?? 0;
}

/** Forgets the oldest where there are too many. Stamps leave gaps, so that they are counted off. */
async function trim(connection: Connection): Promise<void> {
  if (await connection.row(NEWEST_BUT, TOMBSTONES_MAX + SURPLUS_MAX) === undefined) return;
  const horizon = await connection.row(NEWEST_BUT, TOMBSTONES_MAX);
  if (horizon === undefined) return;
  await connection.run(RAISE_HORIZON, integer(horizon[0]));
  await connection.run(FORGET, integer(horizon[0]));
}
