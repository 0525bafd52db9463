/** What is asked about schedules: changes of the scheduler, looks of the reader. */
import type { Result } from "../domain/error.ts";
import type { ScheduleRecord, ScheduleSpec, TickRecord } from "../domain/schedule.ts";

/** A schedule with what follows from it and the time. */
export interface ScheduleView {
  readonly schedule: ScheduleRecord;
  /** The next five ticks to come, epoch ms, without jitter; of a paused schedule: if it were resumed. */
  readonly nextFireTimes: readonly number[];
}

/** What a backfill did: ticks of the range, and how many of them started work. */
export interface BackfillReport {
  readonly matched: number;
  readonly changed: number;
}

/** What a backfill would do. */
export interface BackfillPreview {
  /** Ticks of the range. */
  readonly matched: number;
  /** Nominal times of those that would start work, epoch ms, oldest first. */
  readonly unfired: readonly number[];
}

/** The scheduler's part: whatever changes a schedule or starts its work. */
export type ScheduleCommand =
  | { readonly kind: "PutSchedule"; readonly name: string; readonly spec: ScheduleSpec }
  | { readonly kind: "DeleteSchedule"; readonly name: string }
  | { readonly kind: "PauseSchedule"; readonly name: string; readonly paused: boolean }
  /**
   * Starts the work once, now, whatever the time, a pause and the overlap policy say. It is recorded as
   * `triggered`, takes no tick's place, and no later tick waits for it.
   */
  | { readonly kind: "TriggerSchedule"; readonly name: string }
  | {
    /**
     * Fires the ticks from `from` to before `until`, epoch ms and not in the future, that have not fired:
     * at most 1,000, all at once, as if overlaps were allowed and also in a pause. Ticks that were missed,
     * skipped or refused are among them. Repeating it starts nothing twice.
     */
    readonly kind: "BackfillSchedule";
    readonly name: string;
    readonly from: number;
    readonly until: number;
  }
  /** Changes nothing, and says which ticks `BackfillSchedule` would fire now. */
  | {
    readonly kind: "PreviewBackfill";
    readonly name: string;
    readonly from: number;
    readonly until: number;
  };

export interface ScheduleCommandReplies {
  PutSchedule: Result<{ readonly created: boolean; readonly view: ScheduleView }>;
  DeleteSchedule: Result<null>;
  PauseSchedule: Result<ScheduleView>;
  TriggerSchedule: Result<TickRecord>;
  BackfillSchedule: Result<BackfillReport>;
  PreviewBackfill: Result<BackfillPreview>;
}

/** The reader's part. */
export type ScheduleQuery =
  | { readonly kind: "ListSchedules" }
  | { readonly kind: "GetSchedule"; readonly name: string }
  /** Decided ticks of a schedule, newest nominal time first. */
  | { readonly kind: "ListTicks"; readonly name: string; readonly limit: number };

export interface ScheduleQueryReplies {
  /** By name. */
  ListSchedules: readonly ScheduleView[];
  GetSchedule: Result<ScheduleView>;
  ListTicks: Result<readonly TickRecord[]>;
}
