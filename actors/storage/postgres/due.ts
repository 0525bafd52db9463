/** What time and restarts ask for: due, expired and running tasks. */
import type { TaskRecord } from "../../domain/task.ts";
import type { StoreWriter } from "../port.ts";
import { integerOrNull } from "../row/column.ts";
import { decodeTask } from "../row/task_record.ts";
import { COLUMNS_WITHOUT_TEXTS, selectLocked, WITH_TEXTS_OF } from "./task_row.ts";
import type { Transaction } from "./transaction.ts";

/**
 * A select that locks live tasks in the order asked for. What another node has locked, it is dealing with:
 * for those a later look is early enough, or nothing is left to do.
 */
function selectLive({ where, order }: { readonly where: string; readonly order: string }): string {
  return `SELECT ${COLUMNS_WITHOUT_TEXTS} FROM (SELECT t.* FROM tasks_live t WHERE ${where} ` +
    `ORDER BY ${order} LIMIT $1 FOR UPDATE SKIP LOCKED) t ${WITH_TEXTS_OF} ORDER BY ${order}`;
}

/** What `tasks_live_expiry` contains, in the words of its definition, without which it is not used. */
const MAY_EXPIRE = "expires_at IS NOT NULL AND status <> 'running'";

const DUE = selectLive({
  where: "t.status = 'scheduled' AND t.due_at <= $2",
  order: "t.due_at, t.num",
});
const EXPIRED = selectLive({
  where: `${MAY_EXPIRE} AND t.expires_at <= $2`,
  order: "t.expires_at, t.num",
});

/**
 * What runs is few, whatever the backlog: walking over all of it needs no index by node or executor. The
 * sum keeps the planner from walking over the backlog instead, in order of the nums.
 */
const RUNNING = "WITH running AS MATERIALIZED (SELECT r.num FROM tasks_live r " +
  "WHERE r.status = 'running' AND r.queue >= '' AND r.num + 0 > $2 " +
  "AND r.node = coalesce($3, r.node) AND r.executor = coalesce($4, r.executor)) " +
  selectLocked(COLUMNS_WITHOUT_TEXTS, {
    where:
      "t.num = ANY (ARRAY(SELECT num FROM running ORDER BY num LIMIT $1)) AND t.status = 'running'",
    join: "ORDER BY t.num",
  });

/** See `StoreWriter.selectDue`. */
export async function selectDue(
  { connection }: Transaction,
  now: number,
  limit: number,
): Promise<readonly TaskRecord[]> {
  return (await connection.rows(DUE, limit, now)).map(decodeTask);
}

/** See `StoreWriter.selectExpired`. */
export async function selectExpired(
  { connection }: Transaction,
  now: number,
  limit: number,
): Promise<readonly TaskRecord[]> {
  return (await connection.rows(EXPIRED, limit, now)).map(decodeTask);
}

/** See `StoreWriter.selectRunning`. */
export async function selectRunning(
  { connection }: Transaction,
  { afterNum, limit, executor, node }: Parameters<StoreWriter["selectRunning"]>[0],
): Promise<readonly TaskRecord[]> {
  const rows = await connection.rows(RUNNING, limit, afterNum, node ?? null, executor ?? null);
  return rows.map(decodeTask);
}

const NEXT_WAKE = "SELECT least(" +
  "(SELECT due_at FROM tasks_live WHERE status = 'scheduled' ORDER BY due_at LIMIT 1), " +
  `(SELECT expires_at FROM tasks_live WHERE ${MAY_EXPIRE} ORDER BY expires_at LIMIT 1))`;

/** See `StoreWriter.nextWakeAt`. */
export async function nextWakeAt({ connection }: Transaction): Promise<number | null> {
  return integerOrNull((await connection.row(NEXT_WAKE))?.[0]);
}
