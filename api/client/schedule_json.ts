/** The JSON of schedules as a client sends and gets it. */
import type { JsonValue, SubmissionJson } from "./task_json.ts";

export type OverlapPolicyJson = "skip" | "buffer_one" | "allow_all";

/** A task as each tick starts it anew: all of a submission but what belongs to one time. */
export type ScheduledTaskJson = Omit<SubmissionJson, "id" | "runAt" | "expiresAt">;

/** When a schedule fires, and what becomes of a tick that does not find everything as it should. */
export interface ScheduleTimesJson {
  /** Five fields, or six with the seconds first. */
  readonly cron: string;
  /** An IANA name; UTC when absent. */
  readonly timezone?: string;
  /** `skip` when absent. */
  readonly overlap?: OverlapPolicyJson;
  /** 600,000 when absent. */
  readonly catchUpWindowMs?: number;
  /** 0 when absent. */
  readonly jitterMs?: number;
}

/** A graph as each tick starts it anew. */
export interface ScheduledWorkflowJson {
  readonly name?: string | null;
  readonly tasks: readonly (ScheduledTaskJson & { readonly key: string })[];
}

/** A schedule to set up: either a task's fields or a workflow. What is absent is its default. */
export interface ScheduleSettingsJson
  extends ScheduleTimesJson, Omit<ScheduledTaskJson, "method" | "args"> {
  readonly method?: string | null;
  readonly args?: ScheduledTaskJson["args"] | null;
  readonly workflow?: ScheduledWorkflowJson | null;
}

/** What a tick has started. */
export interface StartedWorkJson {
  readonly kind: "task" | "workflow";
  readonly id: string;
}

/** How many ticks started work, came too late, were left out for an overlap, could start nothing. */
export interface ScheduleCountsJson {
  readonly fired: number;
  readonly missed: number;
  readonly skipped: number;
  readonly refused: number;
}

/** A task's settings as an answer gives them: as far as they were given. */
type GivenTaskJson = Omit<ScheduledTaskJson, "method" | "args" | "payload">;

/** A schedule as answers give it. Times are ISO 8601. */
export interface ScheduleJson extends Required<ScheduleTimesJson>, GivenTaskJson {
  readonly name: string;
  readonly paused: boolean;
  /** Null where it starts a workflow. */
  readonly method: string | null;
  readonly args: readonly JsonValue[] | null;
  /** Set in lists, where long arguments are left out. */
  readonly argsOmitted?: boolean;
  /** Null where it starts a task. */
  readonly workflow: {
    readonly name: string | null;
    readonly tasks:
      | readonly (GivenTaskJson & {
        readonly key: string;
        readonly method: string;
        readonly args: readonly JsonValue[];
      })[]
      | null;
    /** Set in lists, where tasks are left out. */
    readonly tasksOmitted?: boolean;
  } | null;
  /** The next five; those of a paused schedule if it were resumed now. */
  readonly nextFireTimes: readonly string[];
  readonly bufferedAt: string | null;
  readonly counts: ScheduleCountsJson;
  readonly lastFiredAt: string | null;
  readonly lastStarted: StartedWorkJson | null;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** The answer to a pause or its end. */
export interface PausedScheduleJson extends ScheduleJson {
  /** What becomes of the ticks of the pause. */
  readonly note: string;
}

/** A decided tick. */
export interface TickJson {
  readonly schedule: string;
  /** The time for which the expression stands. */
  readonly nominalAt: string;
  /** `triggered`: started by hand. */
  readonly outcome: "fired" | "skipped" | "refused" | "triggered";
  readonly decidedAt: string;
  readonly started: StartedWorkJson | null;
  readonly error: string | null;
}

/** A span of time, ISO 8601; `until` is not part of it. */
export interface TickRangeJson {
  readonly from: string;
  readonly until: string;
}

/** Which ticks a backfill is to fire. */
export interface BackfillRequestJson extends TickRangeJson {
  /** Starts nothing, and says which they would be. */
  readonly dryRun?: boolean;
}

/** What a backfill did: ticks of the range, and how many of them started work. */
export interface BackfillJson {
  readonly matched: number;
  readonly changed: number;
  /** As a trial: those that would start work, with the nominal times of the first and the last. */
  readonly unfired?: {
    readonly count: number;
    readonly first: string | null;
    readonly last: string | null;
  };
}

/** What only answers have, so that `putSchedule` does not take it. */
const ANSWERED_ONLY: ReadonlySet<string> = new Set(
  [
    "name",
    "paused",
    "nextFireTimes",
    "bufferedAt",
    "counts",
    "lastFiredAt",
    "lastStarted",
    "createdAt",
    "updatedAt",
    "note",
  ] satisfies (keyof PausedScheduleJson)[],
);

/** The settings in an answer, to be changed and sent again. Of `getSchedule`: lists leave things out. */
export function settingsOf(schedule: ScheduleJson | ScheduleSettingsJson): ScheduleSettingsJson {
  const settings = Object.entries(schedule).filter(([field]) => !ANSWERED_ONLY.has(field));
  // `cron` is in both, and all further fields of what is left are optional.
  return { cron: schedule.cron, ...Object.fromEntries(settings) };
}
