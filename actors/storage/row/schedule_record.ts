/** Schedules as rows of `SCHEDULE_COLUMNS` and ticks as rows of `TICK_COLUMNS`, in either database. */
import {
  type ScheduleRecord,
  type StartedWork,
  TICK_OUTCOMES,
  type TickRecord,
} from "../../domain/schedule.ts";
import { integer, integerOrNull, oneOf, type Row, text, textOrNull } from "./column.ts";

export const SCHEDULE_COLUMNS =
  "name, spec, paused, decided_until, buffered_at, fired, missed, skipped, " +
  "refused, last_fired_at, last_started, created_at, updated_at";
export const TICK_COLUMNS = "schedule, nominal_at, outcome, decided_at, started, error";
export const OUTCOMES = new Set(TICK_OUTCOMES);

/** The columns that every tick moves, `paused` to `last_started`, in their order. */
export function progressOf(schedule: ScheduleRecord) {
  return [
    schedule.paused ? 1 : 0,
    schedule.decidedUntil,
    schedule.bufferedAt,
    schedule.fired,
    schedule.missed,
    schedule.skipped,
    schedule.refused,
    schedule.lastFiredAt,
    startedText(schedule.lastStarted),
  ] as const;
}

export function decodeSchedule(row: Row): ScheduleRecord {
  return {
    name: text(row[0]),
    spec: JSON.parse(text(row[1])),
    paused: row[2] === 1,
    decidedUntil: integer(row[3]),
    bufferedAt: integerOrNull(row[4]),
    fired: integer(row[5]),
    missed: integer(row[6]),
    skipped: integer(row[7]),
    refused: integer(row[8]),
    lastFiredAt: integerOrNull(row[9]),
    lastStarted: startedOf(row[10]),
    createdAt: integer(row[11]),
    updatedAt: integer(row[12]),
  };
}

export function decodeTick(row: Row): TickRecord {
  return {
    schedule: text(row[0]),
    nominalAt: integer(row[1]),
    outcome: oneOf(OUTCOMES, row[2]),
    decidedAt: integer(row[3]),
    started: startedOf(row[4]),
    error: textOrNull(row[5]),
  };
}

export function startedText(started: StartedWork | null): string | null {
  return started === null ? null : JSON.stringify(started);
}

function startedOf(column: Row[number] | undefined): StartedWork | null {
  const json = textOrNull(column ?? null);
  return json === null ? null : JSON.parse(json);
}
