/** Tasks that are to be the only ones of their kind. */
import type { TaskRecord, TaskStatus } from "../../domain/task.ts";
import { text } from "../row/column.ts";
import { COLUMNS_WITHOUT_TEXTS, decodeTask, TASK_TABLES } from "./task_row.ts";
import type { Transaction } from "./transaction.ts";

// One step in the index for each hash and status: the last entry of both is the newest task.
const FIND =
  `SELECT ${COLUMNS_WITHOUT_TEXTS}, h.value FROM json_each(?) h CROSS JOIN json_each(?) s ` +
  `CROSS JOIN ${TASK_TABLES} WHERE t.num = (SELECT max(u.num) FROM tasks u ` +
  "INDEXED BY tasks_unique WHERE u.unique_hash = h.value AND u.status = s.value)";
/** Where the hash stands, after what `decodeTask` reads. */
const HASH_COLUMN = 37;

/** See `UniqueWriter.findUnique`. The one writer holds every lock there is. */
export function findUnique(
  { connection }: Transaction,
  hashes: readonly string[],
  statuses: readonly TaskStatus[],
): ReadonlyMap<string, readonly TaskRecord[]> {
  const rows = connection.rows(FIND, JSON.stringify(hashes), JSON.stringify(statuses));
  const found = new Map<string, TaskRecord[]>();
  for (const row of rows) {
    const hash = text(row[HASH_COLUMN]);
    const tasks = found.get(hash);
    if (tasks === undefined) found.set(hash, [decodeTask(row)]);
    else tasks.push(decodeTask(row));
  }
  return found;
}
