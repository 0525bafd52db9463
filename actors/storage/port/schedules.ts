/** The store's verbs for schedules. */
import type { ScheduleRecord, TickOutcome, TickRecord } from "../../domain/schedule.ts";

/** Schedules in a write transaction. */
export interface ScheduleWriter {
  /** Every schedule, by name; there are at most `LIMITS.schedules`. */
  loadSchedules(): Promise<readonly ScheduleRecord[]>;
  /** Those of `names` that there are. */
  findSchedules(names: readonly string[]): Promise<ReadonlyMap<string, ScheduleRecord>>;
  /** Inserts it or replaces it whole. */
  saveSchedule(schedule: ScheduleRecord): Promise<void>;
  /** Writes everything of it but the spec, of which there can be much. */
  advanceSchedule(schedule: ScheduleRecord): Promise<void>;
  /** Removes it with its ticks; true when it was there. */
  deleteSchedule(name: string): Promise<boolean>;
  /** The decided ticks of a schedule with a nominal time after `after` and up to `until`. */
  decidedTicks(
    schedule: string,
    range: { readonly after: number; readonly until: number },
  ): Promise<ReadonlyMap<number, TickOutcome>>;
  /**
   * Records decided ticks of one schedule; throws `ConstraintError` when one was decided before, unless
   * `replace` is set. Of a schedule the newest `LIMITS.ticksKept` are kept.
   */
  insertTicks(
    ticks: readonly TickRecord[],
    options?: { readonly replace?: boolean },
  ): Promise<void>;
}

/** Schedules on a connection that only looks. */
export interface ScheduleReader {
  /** By name. */
  listSchedules(): Promise<readonly ScheduleRecord[]>;
  getSchedule(name: string): Promise<ScheduleRecord | null>;
  /** Newest nominal time first; null where there is no such schedule. */
  listTicks(schedule: string, limit: number): Promise<readonly TickRecord[] | null>;
}
