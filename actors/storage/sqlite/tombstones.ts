import { integerOrNull } from "./column.ts";
import type { Connection } from "./connection.ts";
import type { Transaction } from "./transaction.ts";

/** Deletions that resuming event streams can be told of; whoever is further behind starts anew. */
export const TOMBSTONES_MAX = 10_000;

/** To find the surplus is to walk over all of them: it is left until so many have been added. */
const TRIM_EACH = 1_000;

/** Records that the tasks with `ids` were deleted, each with a stamp of its own; answers the newest. */
export function plantTombstones(
  { connection, counters }: Transaction,
  ids: readonly string[],
): number {
  if (ids.length === 0) return 0;
  const stamp = counters.nextSeqs(ids.length);
  const newest = stamp + ids.length - 1;
  // Of more than there is room for, the first are forgotten before they are written.
  const first = Math.max(0, ids.length - TOMBSTONES_MAX);
  connection.run(
    "INSERT INTO tombstones (seq, id) SELECT ? + j.key, j.value FROM json_each(?) j",
    stamp + first,
    JSON.stringify(ids.slice(first)),
  );
  if (counters.planted(ids.length) < TRIM_EACH) return newest;
  counters.trimmed();
  const horizon = first > 0 ? stamp + first - 1 : surplus(connection);
  if (horizon !== null) {
    connection.run("UPDATE counters SET tombstone_horizon = ?", horizon);
    connection.run("DELETE FROM tombstones WHERE seq <= ?", horizon);
  }
  return newest;
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
