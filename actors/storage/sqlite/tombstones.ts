import type { Transaction } from "./transaction.ts";

/** Deletions that resuming event streams can be told of; whoever is further behind starts anew. */
export const TOMBSTONES_MAX = 10_000;

/** Records that the tasks with `ids` were deleted, each with a stamp of its own; answers the newest. */
export function plantTombstones(
  { connection, counters }: Transaction,
  ids: readonly string[],
): number {
  if (ids.length === 0) return 0;
  let newest = 0;
  connection.runEach(
    "INSERT INTO tombstones (seq, id) VALUES (?, ?)",
    ids.map((id) => [newest = counters.nextSeq(), id]),
  );
  // Stamps are not consecutive, so the oldest one to go is found by walking back from the newest.
  const [horizon] = connection.row(
    "SELECT seq FROM tombstones ORDER BY seq DESC LIMIT 1 OFFSET ?",
    TOMBSTONES_MAX,
  ) ?? [];
  if (horizon === undefined) return newest;
  connection.run("UPDATE counters SET tombstone_horizon = ?", horizon);
  connection.run("DELETE FROM tombstones WHERE seq <= ?", horizon);
  return newest;
}
