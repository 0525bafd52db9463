/** Schedules and their decided ticks. */
import type { ScheduleRecord, TickOutcome, TickRecord } from "../../domain/schedule.ts";
import { LIMITS } from "../../domain/task.ts";
import { integer, oneOf } from "../row/column.ts";
import type { Connection } from "./connection.ts";
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
export function readSchedules(connection: Connection): readonly ScheduleRecord[] {
  return connection.rows(`SELECT ${SCHEDULE_COLUMNS} FROM schedules ORDER BY name`)
    .map(decodeSchedule);
}

/** See `StoreReader.getSchedule`. */
export function readSchedule(connection: Connection, name: string): ScheduleRecord | null {
  const row = connection.row(`SELECT ${SCHEDULE_COLUMNS} FROM schedules WHERE name = ?`, name);
  return row === undefined ? null : decodeSchedule(row);
}

/** See `StoreWriter.findSchedules`. */
export function findSchedules(
  { connection }: Transaction,
  names: readonly string[],
): ReadonlyMap<string, ScheduleRecord> {
  const rows = connection.rows(
    `SELECT ${SCHEDULE_COLUMNS} FROM json_each(?) j CROSS JOIN schedules WHERE name = j.value`,
    JSON.stringify(names),
  );
  return new Map(rows.map(decodeSchedule).map((schedule) => [schedule.name, schedule]));
}

/** See `StoreWriter.saveSchedule`. */
export function saveSchedule({ connection }: Transaction, schedule: ScheduleRecord): void {
  connection.run(
    `INSERT OR REPLACE INTO schedules (${SCHEDULE_COLUMNS}) ` +
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    plain(schedule.name, "the schedule's name"),
    JSON.stringify(schedule.spec),
    ...progressOf(schedule),
    schedule.createdAt,
    schedule.updatedAt,
  );
}

/** See `StoreWriter.advanceSchedule`. */
export function advanceSchedule({ connection }: Transaction, schedule: ScheduleRecord): void {
  connection.run(
    "UPDATE schedules SET paused = ?, decided_until = ?, buffered_at = ?, fired = ?, missed = ?, " +
      "skipped = ?, refused = ?, last_fired_at = ?, last_started = ?, updated_at = ? " +
      "WHERE name = ?",
    ...progressOf(schedule),
    schedule.updatedAt,
    schedule.name,
  );
}

/** See `StoreWriter.deleteSchedule`. */
export function deleteSchedule({ connection }: Transaction, name: string): boolean {
  connection.run("DELETE FROM schedule_ticks WHERE schedule = ?", name);
  return connection.run("DELETE FROM schedules WHERE name = ?", name) > 0;
}

/** See `StoreWriter.decidedTicks`. */
export function decidedTicks(
  { connection }: Transaction,
  schedule: string,
  { after, until }: { readonly after: number; readonly until: number },
): ReadonlyMap<number, TickOutcome> {
  const rows = connection.rows(
    "SELECT nominal_at, outcome FROM schedule_ticks " +
      "WHERE schedule = ? AND nominal_at > ? AND nominal_at <= ?",
    schedule,
    after,
    until,
  );
  return new Map(rows.map((row) => [integer(row[0]), oneOf(OUTCOMES, row[1])]));
}

/** See `StoreWriter.insertTicks`. */
export function insertTicks(
  { connection }: Transaction,
  ticks: readonly TickRecord[],
  { replace = false }: { readonly replace?: boolean } = {},
): void {
  connection.runEach(
    `INSERT ${replace ? "OR REPLACE " : ""}INTO schedule_ticks ` +
      `(${TICK_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)`,
    ticks.map(({ schedule, nominalAt, outcome, decidedAt, started, error }) => [
      plain(schedule, "the schedule's name"),
      nominalAt,
      outcome,
      decidedAt,
      startedText(started),
      error === null ? null : error.replaceAll("\0", "\uFFFD"),
    ]),
  );
  for (const schedule of new Set(ticks.map((tick) => tick.schedule))) prune(connection, schedule);
}

/** Removes what is older than the newest ticks that are kept. */
function prune(connection: Connection, schedule: string): void {
  connection.run(
    "DELETE FROM schedule_ticks WHERE schedule = ?1 AND nominal_at <= (" +
      "SELECT nominal_at FROM schedule_ticks WHERE schedule = ?1 " +
      "ORDER BY nominal_at DESC LIMIT 1 OFFSET ?2)",
    schedule,
    LIMITS.ticksKept,
  );
}

/** See `StoreReader.listTicks`. */
export function readTicks(
  connection: Connection,
  schedule: string,
  limit: number,
): readonly TickRecord[] | null {
  const known = connection.row("SELECT 1 FROM schedules WHERE name = ?", schedule);
  if (known === undefined) return null;
  return connection.rows(
    `SELECT ${TICK_COLUMNS} FROM schedule_ticks ` +
      "WHERE schedule = ? ORDER BY nominal_at DESC LIMIT +?",
    schedule,
    limit,
  ).map(decodeTick);
}
