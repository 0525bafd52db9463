/** The store's verbs for schedules. */
import type { ScheduleRecord, TickRecord } from "../../domain/schedule.ts";

/** Schedules in a write transaction. */
export interface ScheduleWriter {
  /** Every schedule; there are at most `LIMITS.schedules`. */
  loadSchedules(): Promise<readonly ScheduleRecord[]>;
  /** Inserts it or replaces it whole. */
  saveSchedule(schedule: ScheduleRecord): Promise<void>;
  /** Removes it with its ticks; true when it was there. */
  deleteSchedule(name: string): Promise<boolean>;
  /** Those of the nominal times of a schedule that are decided already. */
  decidedTicks(schedule: string, nominalTimes: readonly number[]): Promise<ReadonlySet<number>>;
  /** Records decided ticks; throws `ConstraintError` when one was decided before. */
  insertTicks(ticks: readonly TickRecord[]): Promise<void>;
}

/** Schedules on a connection that only looks. */
export interface ScheduleReader {
  /** By name. */
  listSchedules(): Promise<readonly ScheduleRecord[]>;
  /** Newest nominal time first; null where there is no such schedule. */
  listTicks(schedule: string, limit: number): Promise<readonly TickRecord[] | null>;
}
