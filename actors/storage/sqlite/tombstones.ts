import { integerOrNull } from "../row/column.ts";
import type { Connection } from "./connection.ts";
import type { Counters } from "./counters.ts";
import { type NumSet, RANGE } from "./num_sets.ts";
import type { Transaction } from "./transaction.ts";

/** Deletions that resuming event streams can be told of; whoever is further behind starts anew. */
export const TOMBSTONES_MAX = 10_000;

/** To find the surplus is to walk over all of them: it is left until so many have been added. */
const TRIM_EACH = 1_000;

/** Stamps that grow with the nums. Those of a range are the nums moved up, which is cheaper. */
const PLANT_RANGE =
  `INSERT INTO tombstones (seq, id) SELECT ? + num, id FROM tasks WHERE num ${RANGE}`;
const PLANT_LIST = "INSERT INTO tombstones (seq, id) SELECT ? + j.key, t.id FROM json_each(?) j " +
  "CROSS JOIN tasks t WHERE t.num = j.value";

/**
 * Records that the tasks of a set are about to be deleted, each with a stamp of its own; answers the
 * newest.
 */
export function plantTombstones(
  { connection, counters }: Transaction,
  { nums, sql, values }: NumSet,
): number {
  const stamp = counters.nextSeqs(nums.length);
  if (sql === RANGE) connection.run(PLANT_RANGE, stamp - (nums[0] ?? 0), ...values);
  else connection.run(PLANT_LIST, stamp, ...values);
  if (counters.planted(nums.length) >= TRIM_EACH) trim(connection, counters);
  return stamp + nums.length - 1;
}

function trim(connection: Connection, counters: Counters): void {
  counters.trimmed();
  const horizon = surplus(connection);
  if (horizon === null) return;
  connection.run("UPDATE counters SET tombstone_horizon = ?", horizon);
  connection.run("DELETE FROM tombstones WHERE seq <= ?", horizon);
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
