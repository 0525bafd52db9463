/** Schedules and their decided ticks. */
import type { ScheduleRecord, TickOutcome, TickRecord } from "../../domain/schedule.ts";
import { LIMITS } from "../../domain/task.ts";
import { integer, oneOf } from "../row/column.ts";
import type { Connection } from "./connection.ts";
import { lockNames } from "./name_locks.ts";
import {
  decodeSchedule,
  decodeTick,
  OUTCOMES,
  progressOf,
  SCHEDULE_COLUMNS,
  startedText,
  TICK_COLUMNS,
} from "../row/schedule_record.ts";
import { plain } from "../row/text_column.ts";
import type { Transaction } from "./transaction.ts";

/** See `StoreWriter.loadSchedules`. */
export async function readSchedules(connection: Connection): Promise<readonly ScheduleRecord[]> {
  const rows = await connection.rows(`SELECT ${SCHEDULE_COLUMNS} FROM schedules ORDER BY name`);
  return rows.map(decodeSchedule);
}

/** See `StoreReader.getSchedule`. */
export async function readSchedule(
  connection: Connection,
  name: string,
): Promise<ScheduleRecord | null> {
  const sql = `SELECT ${SCHEDULE_COLUMNS} FROM schedules WHERE name = $1`;
  const row = await connection.row(sql, name);
  return row === undefined ? null : decodeSchedule(row);
}

/**
 * See `StoreWriter.findSchedules`. Locks the names, whether there are such schedules or not: of two
 * nodes that create the same one, the second finds it.
 */
export async function findSchedules(
  { connection }: Transaction,
  names: readonly string[],
): Promise<ReadonlyMap<string, ScheduleRecord>> {
  await lockNames(connection, "schedule", names);
  const rows = await connection.rows(
    `SELECT ${SCHEDULE_COLUMNS} FROM schedules WHERE name = ANY ($1::text[])`,
    names,
  );
  return new Map(rows.map(decodeSchedule).map((schedule) => [schedule.name, schedule]));
}

const SAVE = `INSERT INTO schedules (${SCHEDULE_COLUMNS}) ` +
  "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) ON CONFLICT (name) DO UPDATE " +
  "SET spec = excluded.spec, paused = excluded.paused, decided_until = excluded.decided_until, " +
  "buffered_at = excluded.buffered_at, fired = excluded.fired, missed = excluded.missed, " +
  "skipped = excluded.skipped, refused = excluded.refused, " +
  "last_fired_at = excluded.last_fired_at, last_started = excluded.last_started, " +
  "created_at = excluded.created_at, updated_at = excluded.updated_at";

/** See `StoreWriter.saveSchedule`. */
export async function saveSchedule(
  { connection }: Transaction,
  schedule: ScheduleRecord,
): Promise<void> {
  await connection.run(
    SAVE,
    plain(schedule.name, "the schedule's name"),
    JSON.stringify(schedule.spec),
    ...progressOf(schedule),
    schedule.createdAt,
    schedule.updatedAt,
  );
}

/** See `StoreWriter.advanceSchedule`. */
export async function advanceSchedule(
  { connection }: Transaction,
  schedule: ScheduleRecord,
): Promise<void> {
  await connection.run(
    "UPDATE schedules SET paused = $1, decided_until = $2, buffered_at = $3, fired = $4, " +
      "missed = $5, skipped = $6, refused = $7, last_fired_at = $8, last_started = $9, " +
      "updated_at = $10 WHERE name = $11",
    ...progressOf(schedule),
    schedule.updatedAt,
    schedule.name,
  );
}

/** See `StoreWriter.deleteSchedule`. */
export async function deleteSchedule({ connection }: Transaction, name: string): Promise<boolean> {
  await connection.run("DELETE FROM schedule_ticks WHERE schedule = $1", name);
  return await connection.run("DELETE FROM schedules WHERE name = $1", name) > 0;
}

/** See `StoreWriter.decidedTicks`. */
export async function decidedTicks(
  { connection }: Transaction,
  schedule: string,
  { after, until }: { readonly after: number; readonly until: number },
): Promise<ReadonlyMap<number, TickOutcome>> {
  const rows = await connection.rows(
    "SELECT nominal_at, outcome FROM schedule_ticks " +
      "WHERE schedule = $1 AND nominal_at > $2 AND nominal_at <= $3",
    schedule,
    after,
    until,
  );
  return new Map(rows.map((row) => [integer(row[0]), oneOf(OUTCOMES, row[1])]));
}

const INSERT_TICKS = "INSERT INTO schedule_ticks " +
  `(${TICK_COLUMNS}) SELECT * FROM ` +
  "unnest($1::text[], $2::bigint[], $3::text[], $4::bigint[], $5::text[], $6::text[])";
const REPLACE_TICKS = `${INSERT_TICKS} ON CONFLICT (schedule, nominal_at) DO UPDATE ` +
  "SET outcome = excluded.outcome, decided_at = excluded.decided_at, " +
  "started = excluded.started, error = excluded.error";

/** See `StoreWriter.insertTicks`. */
export async function insertTicks(
  { connection }: Transaction,
  ticks: readonly TickRecord[],
  { replace = false }: { readonly replace?: boolean } = {},
): Promise<void> {
  // Of a tick that is given twice, the last counts; one statement cannot replace a row twice.
  const given = replace ? [...new Map(ticks.map((tick) => [placeOf(tick), tick])).values()] : ticks;
  await connection.run(
    replace ? REPLACE_TICKS : INSERT_TICKS,
    given.map(({ schedule }) => plain(schedule, "the schedule's name")),
    given.map(({ nominalAt }) => nominalAt),
    given.map(({ outcome }) => outcome),
    given.map(({ decidedAt }) => decidedAt),
    given.map(({ started }) => startedText(started)),
    given.map(({ error }) => error === null ? null : error.replaceAll("\0", "\uFFFD")),
  );
  await prune(connection, [...new Set(ticks.map(({ schedule }) => schedule))]);
}

function placeOf({ schedule, nominalAt }: TickRecord): string {
  return `${nominalAt} ${schedule}`;
}

/** Removes what is older than the newest ticks that are kept. */
async function prune(connection: Connection, schedules: readonly string[]): Promise<void> {
  await connection.run(
    "DELETE FROM schedule_ticks t USING unnest($1::text[]) s (name) " +
      "WHERE t.schedule = s.name AND t.nominal_at <= (" +
      "SELECT o.nominal_at FROM schedule_ticks o WHERE o.schedule = s.name " +
      "ORDER BY o.nominal_at DESC LIMIT 1 OFFSET $2)",
    schedules,
    LIMITS.ticksKept,
  );
}

/** See `StoreReader.listTicks`. */
export async function readTicks(
  connection: Connection,
  schedule: string,
  limit: number,
): Promise<readonly TickRecord[] | null> {
  const known = await connection.row("SELECT 1 FROM schedules WHERE name = $1", schedule);
  if (known === undefined) return null;
  const rows = await connection.rows(
    `SELECT ${TICK_COLUMNS} FROM schedule_ticks ` +
      "WHERE schedule = $1 ORDER BY nominal_at DESC LIMIT $2",
    schedule,
    limit,
  );
  return rows.map(decodeTick);
}
