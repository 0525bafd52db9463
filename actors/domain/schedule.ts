/** What starts work at times given by a cron expression, as the project keeps and hands it around. */
import type { RetryPolicy, TaskMode, TriggerRule } from "./task.ts";
import type { FailureHandler } from "./failure_handler.ts";
import type { Uniqueness } from "./uniqueness.ts";

/**
 * The labels of what a schedule starts: its name, and the time of the tick in ISO 8601, absent where
 * somebody started it by hand.
 */
export const [SCHEDULE_LABEL, TICK_LABEL] = ["dtask.schedule", "dtask.tick"] as const;

/** What a tick does while what the tick before it started has not ended. */
export type OverlapPolicy = "skip" | "buffer_one" | "allow_all";

/** A task as it is to be submitted time after time: everything but what belongs to one time. */
export interface TaskTemplate {
  /** The key inside the workflow; null outside one. */
  readonly key: string | null;
  readonly method: string;
  /** Chooses between two definitions of one name; null takes the one there is, async first. */
  readonly mode: TaskMode | null;
  /** JSON text of an array in the notation of `value.ts`. */
  readonly args: string;
  /** Ids of existing tasks; in a workflow also keys of it, which win. */
  readonly deps: readonly string[];
  readonly triggerRule: TriggerRule | null;
  readonly queue: string | null;
  readonly priority: number | null;
  readonly delayMs: number | null;
  readonly timeoutMs: number | null;
  readonly heartbeatTimeoutMs: number | null;
  readonly concurrencyKey: string | null;
  readonly retry: Partial<RetryPolicy> | null;
  readonly labels: Readonly<Record<string, string>>;
  /** Beside which other task it makes none. Never in a workflow. */
  readonly unique?: Uniqueness;
  /** Null: nothing, whatever its method says. Absent: what its method says. */
  readonly onFailure?: FailureHandler | null;
}

/** What a tick starts. */
export type ScheduleTarget =
  | { readonly kind: "task"; readonly task: TaskTemplate }
  | {
    readonly kind: "workflow";
    readonly name: string | null;
    readonly tasks: readonly TaskTemplate[];
  };

/** A schedule as it was set up. */
export interface ScheduleSpec {
  /** Five fields, or six with the seconds first. */
  readonly cron: string;
  /** An IANA name, as `Europe/Berlin`. */
  readonly timezone: string;
  readonly overlap: OverlapPolicy;
  /** A tick noticed later than this (but 1 s at least) after its time is missed: counted, not run. */
  readonly catchUpWindowMs: number;
  /**
   * Each tick is delayed by its own share of this, from 0 up, and the same at every start; where the
   * next tick is nearer, by a share of the time until then.
   */
  readonly jitterMs: number;
  readonly target: ScheduleTarget;
}

/** What a tick has started. */
export interface StartedWork {
  readonly kind: "task" | "workflow";
  readonly id: string;
}

/** A schedule as the store keeps it. Times are epoch ms. */
export interface ScheduleRecord {
  readonly name: string;
  readonly spec: ScheduleSpec;
  readonly paused: boolean;
  /** Every nominal time up to this one is decided. */
  readonly decidedUntil: number;
  /** The nominal time of the one tick that waits for the work before it to end. */
  readonly bufferedAt: number | null;
  /** How many ticks started work, came too late, were left out because of an overlap, or could not start. */
  readonly fired: number;
  readonly missed: number;
  readonly skipped: number;
  readonly refused: number;
  /** The nominal time of the newest tick that started something, and what that was. */
  readonly lastFiredAt: number | null;
  readonly lastStarted: StartedWork | null;
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** How one tick was decided; `triggered` is a start by hand, which is at no nominal time. */
export type TickOutcome = "fired" | "skipped" | "refused" | "triggered";

/** Every outcome that a tick can have. */
export const TICK_OUTCOMES: readonly TickOutcome[] = ["fired", "skipped", "refused", "triggered"];

/** One decided tick: its schedule and nominal time are there once, which is why it fires once. */
export interface TickRecord {
  readonly schedule: string;
  /**
   * The UTC instant for which the expression stands, whenever it was noticed: a whole second. A start by
   * hand has the time of it, which is never a whole second, so that it takes no tick's place.
   */
  readonly nominalAt: number;
  readonly outcome: TickOutcome;
  readonly decidedAt: number;
  readonly started: StartedWork | null;
  /** Why nothing could be started, for `refused`. */
  readonly error: string | null;
}
