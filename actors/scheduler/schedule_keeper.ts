import { ok, type Result } from "../domain/error.ts";
import type { BackfillReport, ScheduleCommand } from "../protocol.ts";
import { getLogger } from "../telemetry/logger.ts";
import { backfillSlices } from "./backfill.ts";
import type { Clock } from "./clock.ts";
import type { CommitLoop } from "./commit_loop.ts";
import type { Effects } from "./effects.ts";
import { fireSchedules } from "./fire_schedules.ts";
import { refusal, refusedBy } from "./refusals.ts";
import type { ScheduleTable } from "./schedule_table.ts";

export interface ScheduleKeeperOptions {
  readonly table: ScheduleTable;
  readonly loop: CommitLoop;
  readonly clock: Clock;
  readonly now: () => number;
}

type Backfill = Extract<ScheduleCommand, { readonly kind: "BackfillSchedule" }>;

const log = getLogger("scheduler");

/** Sees to it that schedules are looked at when they have something to do. */
export class ScheduleKeeper {
  readonly #options: ScheduleKeeperOptions;

  constructor(options: ScheduleKeeperOptions) {
    this.#options = options;
  }

  /** Has whatever is due decided in the next commit. */
  async tick(): Promise<void> {
    const { table, loop, now } = this.#options;
    const due = table.dueAt(now());
    if (due.length > 0) await loop.submit("control", fireSchedules, { work: due });
    this.arm();
  }

  /** Backfills a range, commit by commit; what is done stays done when a later commit fails. */
  async backfill({ name, from, until }: Backfill): Promise<Result<BackfillReport>> {
    let changed = 0;
    for (let resumeAt = from;;) {
      const work = { name, from, until, resumeAt };
      try {
        const slice = await this.#options.loop.submit("submissions", backfillSlices, { work });
        if (!slice.ok) return slice;
        changed += slice.value.changed;
        if (slice.value.resumeAt === null) return ok({ matched: slice.value.matched, changed });
        resumeAt = slice.value.resumeAt;
      } catch (error) {
        return refusal(refusedBy(error));
      }
    }
  }

  /** Sets the clock for what comes next. */
  arm(): void {
    const { table, clock, now } = this.#options;
    const next = table.nextAt();
    if (next < Infinity) clock.set(Math.max(next, now()));
  }

  /** Takes over what a commit has changed. */
  committed(effects: Effects): void {
    const { table } = this.#options;
    for (const [name, schedule] of effects.schedules) table.set(name, schedule);
    const byTask = table.release("task", effects.endedIds);
    const byWorkflow = table.release("workflow", effects.endedWorkflowIds);
    if (effects.schedules.size > 0 || byTask || byWorkflow) this.arm();
    for (const { schedule, nominalAt, error } of effects.refusedTicks) {
      log.warn("the tick of schedule {schedule} at {at} could not start its work: {error}", {
        schedule,
        at: new Date(nominalAt).toISOString(),
        error,
      });
    }
  }
}
