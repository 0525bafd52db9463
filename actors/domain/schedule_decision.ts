/** What becomes of a schedule's ticks: which are due, and what each does. Pure; the scheduler acts on it. */
import { createHash } from "node:crypto";
import type { ScheduleRecord, StartedWork, TickOutcome } from "./schedule.ts";
import { Timetable } from "./timetable.ts";

/** Ticks that a view of a schedule shows. */
const NEXT_TICKS = 5;
/** The least window in which a tick may run: no timer and no commit is quite on time. */
const LEAST_WINDOW_MS = 1_000;

/** A tick with the time at which it acts: its nominal time and its share of the jitter. */
export interface DueTick {
  readonly nominalAt: number;
  readonly dueAt: number;
}

/** Undecided ticks of a schedule that are due. */
export interface TickSurvey {
  /** Ticks that are noticed too late to run, all before `due`, and the nominal time that they end at. */
  readonly missed: number;
  readonly missedUntil: number;
  /** Nominal times of the ticks that may run, oldest first. */
  readonly due: readonly number[];
  /** Every nominal time up to this one is missed, decided before, or in `due`. */
  readonly until: number;
}

/** What a survey takes into account. */
export interface SurveyOptions {
  readonly now: number;
  /** Nominal times in the surveyed range that have a decision already. */
  readonly decided: ReadonlyMap<number, TickOutcome>;
  /** The survey ends after so many ticks that are missed, and after so many that may run. */
  readonly maxMissed: number;
  readonly maxDue: number;
}

/**
 * When the first undecided tick is due. A tick is always due before the next one's nominal time.
 * Infinity where the expression or the zone, checked when they were set up, can't be read any more:
 * the rules of zones, and who reads expressions, change with the runtime.
 */
export function nextDueAt(record: ScheduleRecord): number {
  for (const { dueAt } of undecided(record)) return dueAt;
  return Infinity;
}

/** The next nominal times after `now` that are not decided. */
export function nextFireTimes(record: ScheduleRecord, now: number): readonly number[] {
  const timetable = Timetable.of(record.spec);
  if (!timetable.ok) return [];
  return timetable.value.next(Math.max(now, record.decidedUntil), NEXT_TICKS);
}

/** Goes through the undecided ticks that are due at `now`, as far as the options allow. */
export function surveyTicks(record: ScheduleRecord, options: SurveyOptions): TickSurvey {
  const { now, decided, maxMissed, maxDue } = options;
  const windowMs = Math.max(record.spec.catchUpWindowMs, LEAST_WINDOW_MS);
  const due: number[] = [];
  let missed = 0;
  let until = record.decidedUntil;
  let missedUntil = until;
  for (const { nominalAt, dueAt } of undecided(record)) {
    if (dueAt > now || missed >= maxMissed || due.length >= maxDue) break;
    until = nominalAt;
    if (decided.has(nominalAt)) continue;
    if (now - dueAt <= windowMs) due.push(nominalAt);
    else {
      missed++;
      missedUntil = nominalAt;
    }
  }
  return { missed, missedUntil, due, until };
}

/** What a tick that may run does; `live` says whether what the tick before it started has not ended. */
export function decideTick(record: ScheduleRecord, live: boolean): "fire" | "skip" | "buffer" {
  const { spec: { overlap }, bufferedAt } = record;
  // A tick that waits goes first, also where the policy was another when it began to wait.
  if (overlap === "allow_all" || (!live && bufferedAt === null)) return "fire";
  return overlap === "buffer_one" && bufferedAt === null ? "buffer" : "skip";
}

/** True when the tick that waits for earlier work can start. */
export function isBufferedReady(record: ScheduleRecord, live: boolean): boolean {
  return record.bufferedAt !== null && (!live || record.spec.overlap === "allow_all");
}

/** `record` after the tick at `nominalAt` has started `started`. */
export function afterFiring(
  record: ScheduleRecord,
  { nominalAt, started }: { readonly nominalAt: number; readonly started: StartedWork },
): ScheduleRecord {
  const isNewest = nominalAt >= (record.lastFiredAt ?? -Infinity);
  return {
    ...record,
    ...(isNewest && { lastFiredAt: nominalAt, lastStarted: started }),
    bufferedAt: record.bufferedAt === nominalAt ? null : record.bufferedAt,
  };
}

/** The undecided ticks with the times at which they are due, in order of both. */
function* undecided(record: ScheduleRecord): Generator<DueTick, void> {
  const { name, decidedUntil, spec, spec: { jitterMs } } = record;
  const timetable = Timetable.of(spec);
  if (!timetable.ok) return;
  let before: number | null = null;
  for (const nominalAt of timetable.value.ticks(decidedUntil)) {
    if (jitterMs === 0) yield { nominalAt, dueAt: nominalAt };
    else if (before !== null) {
      // Where the next tick is nearer than the jitter goes, it ends there: ticks stay in order.
      const most = Math.min(jitterMs, nominalAt - before);
      yield { nominalAt: before, dueAt: before + Math.floor(jitterShare(name, before) * most) };
    }
    before = nominalAt;
  }
}

/** A number in [0, 1) that belongs to a tick for good, and is spread evenly over ticks and schedules. */
function jitterShare(name: string, nominalAt: number): number {
  const digest = createHash("sha256").update(`${name}\n${nominalAt}`).digest();
  return digest.readUInt32BE(0) / 2 ** 32;
}
