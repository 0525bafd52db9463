/** What time and restarts ask for: due, expired and running tasks. */
import type { TaskRecord } from "../../domain/task.ts";
import type { StoreWriter } from "../port.ts";
import { integerOrNull } from "../row/column.ts";
import { COLUMNS_WITHOUT_TEXTS, decodeTask } from "./task_row.ts";
import type { Transaction } from "./transaction.ts";

/** A select of tasks through an index that is named, because only that index keeps it cheap. */
function tasksBy(index: string, rest: string): string {
  return `SELECT ${COLUMNS_WITHOUT_TEXTS} FROM tasks t INDEXED BY ${index} ` +
    "JOIN task_inputs i ON i.num = t.num LEFT JOIN task_outcomes o ON o.num = t.num " + rest;
}

/** What `tasks_expiry` contains, in the words of its definition, without which it is not used. */
const MAY_EXPIRE = "expires_at IS NOT NULL " +
  "AND (status = 'scheduled' OR status = 'blocked' OR status = 'pending')";

const DUE = tasksBy(
  "tasks_due",
  "WHERE t.status = 'scheduled' AND t.due_at <= ? ORDER BY t.due_at, t.num LIMIT +?",
);
const EXPIRED = tasksBy(
  "tasks_expiry",
  `WHERE ${MAY_EXPIRE} AND t.expires_at <= ? ORDER BY t.expires_at, t.num LIMIT +?`,
);
/** What runs is few, whatever the backlog: walking over all of it needs no index by node or executor. */
const RUNNING = tasksBy(
  "tasks_running",
  "WHERE t.status = 'running' AND t.num > ? AND t.node = ifnull(?, t.node) " +
    "AND t.executor = ifnull(?, t.executor) ORDER BY t.num LIMIT +?",
);

/** See `StoreWriter.selectDue`. */
export function selectDue(
  { connection }: Transaction,
  now: number,
  limit: number,
): readonly TaskRecord[] {
  return connection.rows(DUE, now, limit).map(decodeTask);
}

/** See `StoreWriter.selectExpired`. */
export function selectExpired(
  { connection }: Transaction,
  now: number,
  limit: number,
): readonly TaskRecord[] {
  return connection.rows(EXPIRED, now, limit).map(decodeTask);
}

/** See `StoreWriter.selectRunning`. */
export function selectRunning(
  { connection }: Transaction,
  { afterNum, limit, executor, node }: Parameters<StoreWriter["selectRunning"]>[0],
): readonly TaskRecord[] {
  return connection.rows(RUNNING, afterNum, node ?? null, executor ?? null, limit).map(decodeTask);
}

/** See `StoreWriter.nextWakeAt`. */
export function nextWakeAt({ connection }: Transaction): number | null {
  const due = connection.row(
    "SELECT min(due_at) FROM tasks INDEXED BY tasks_due WHERE status = 'scheduled'",
  );
  const expiry = connection.row(
    `SELECT min(expires_at) FROM tasks INDEXED BY tasks_expiry WHERE ${MAY_EXPIRE}`,
  );
  const times = [due, expiry].flatMap((row) => integerOrNull(row?.[0]) ?? []);
  return times.length > 0 ? Math.min(...times) : null;
}
