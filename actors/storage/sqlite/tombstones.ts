import { integerOrNull } from "./column.ts";
import type { Connection } from "./connection.ts";
import type { Transaction } from "./transaction.ts";

/** Deletions that resuming event streams can be told of; whoever is further behind starts anew. */
export const TOMBSTONES_MAX = 10_000;

/** Records that the tasks with `ids` were deleted, each with a stamp of its own; answers the newest. */
export function plantTombstones(
  { connection, counters }: Transaction,
  ids: readonly string[],
): number {
  const stamps = ids.map(() => counters.nextSeq());
  // Of more than there is room for, the first are forgotten before they are written.
  const first = Math.max(0, ids.length - TOMBSTONES_MAX);
  connection.runEach(
    "INSERT INTO tombstones (seq, id) VALUES (?, ?)",
    ids.slice(first).map((id, index) => [stamps[first + index] ?? 0, id]),
  );
  const horizon = stamps[first - 1] ?? surplus(connection);
  if (horizon !== null) {
    connection.run("UPDATE counters SET tombstone_horizon = ?", horizon);
    connection.run("DELETE FROM tombstones WHERE seq <= ?", horizon);
  }
  return stamps.at(-1) ?? 0;
}

/** The newest stamp for which there is no room; null while there is room. */
function surplus(connection: Connection): number | null {
  // Stamps are not consecutive, so it is found by walking back from the newest.
  const row = connection.row(
    "SELECT seq FROM tombstones ORDER BY seq DESC LIMIT 1 OFFSET ?",
    TOMBSTONES_MAX,
  );
  return integerOrNull(row?.[0] ?? null);
}
