/** Tasks that are to be the only ones of their kind. */
import type { TaskRecord, TaskStatus } from "../../domain/task.ts";
import { text } from "../row/column.ts";
import { decodeTask } from "../row/task_record.ts";
import { COLUMNS_WITHOUT_TEXTS, TASK_TABLES } from "./task_row.ts";
import { lockNames } from "./name_locks.ts";
import type { Transaction } from "./transaction.ts";

// One step in the index for each hash and status: the last entry of both is the newest task. Asked for
// as a range, because two equalities and the order of nums alone would let any index on nums do.
const FIND = `SELECT ${COLUMNS_WITHOUT_TEXTS}, h.hash FROM unnest($1::text[]) h (hash) ` +
  "CROSS JOIN unnest($2::text[]) s (status) CROSS JOIN LATERAL (" +
  "SELECT u.num FROM tasks u WHERE u.unique_hash IS NOT NULL " +
  "AND (u.unique_hash, u.status, u.num) >= (h.hash, s.status, 0) " +
  `AND (u.unique_hash, u.status, u.num) <= (h.hash, s.status, ${Number.MAX_SAFE_INTEGER}) ` +
  `ORDER BY u.unique_hash DESC, u.status DESC, u.num DESC LIMIT 1) n CROSS JOIN ${TASK_TABLES} WHERE t.num = n.num`;
/** Where the hash stands, after what `decodeTask` reads. */
const HASH_COLUMN = 37;

/** See `UniqueWriter.findUnique`. Looks only once it has the locks, so that it sees what they waited for. */
export async function findUnique(
  { connection }: Transaction,
  hashes: readonly string[],
  statuses: readonly TaskStatus[],
): Promise<ReadonlyMap<string, readonly TaskRecord[]>> {
  await lockNames(connection, "unique", hashes);
  const rows = await connection.rows(FIND, hashes, statuses);
  const byHash = Map.groupBy(rows, (row) => text(row[HASH_COLUMN]));
  return new Map([...byHash].map(([hash, found]) => [hash, found.map(decodeTask)]));
}
