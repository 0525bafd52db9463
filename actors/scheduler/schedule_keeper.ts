import { ok, type Result } from "../domain/error.ts";
import { unreachable } from "../domain/exhaustive.ts";
import type { BackfillReport, ScheduleCommand } from "../protocol.ts";
import { getLogger } from "../telemetry/logger.ts";
import { backfillSlices, previewBackfills } from "./backfill.ts";
import type { Clock } from "./clock.ts";
import type { Handler } from "./commit_batch.ts";
import type { CommitLoop } from "./commit_loop.ts";
import type { Effects } from "./effects.ts";
import { fireSchedules } from "./fire_schedules.ts";
import { DRAINING, refusal, refusedBy } from "./refusals.ts";
import {
  deleteSchedules,
  pauseSchedules,
  putSchedules,
  triggerSchedules,
} from "./schedule_commands.ts";
import type { ScheduleTable } from "./schedule_table.ts";

export interface ScheduleKeeperOptions {
  readonly table: ScheduleTable;
  readonly loop: CommitLoop;
  readonly clock: Clock;
  readonly now: () => number;
  /** True while the node shuts down: what it leaves undecided, its next start decides. */
  readonly isDraining: () => boolean;
  /** Whether it is for this node to decide ticks. */
  readonly leads: () => boolean;
}

type Backfill = Extract<ScheduleCommand, { readonly kind: "BackfillSchedule" }>;

const log = getLogger("scheduler");

/** Carries out commands on schedules, and sees to it that each is looked at when its time has come. */
export class ScheduleKeeper {
  readonly #options: ScheduleKeeperOptions;

  constructor(options: ScheduleKeeperOptions) {
    this.#options = options;
  }

  async receive(message: ScheduleCommand): Promise<Result<unknown>> {
    const startsWork = message.kind === "TriggerSchedule" || message.kind === "BackfillSchedule";
    if (startsWork && this.#options.isDraining()) return refusal(DRAINING);
    try {
      return await this.#carryOut(message);
    } catch (error) {
      return refusal(refusedBy(error));
    }
  }

  /** Has whatever is due decided in the next commit. */
  async tick(): Promise<void> {
    const { table, loop, now, isDraining, leads } = this.#options;
    if (isDraining() || !leads()) return;
    const due = table.dueAt(now());
    if (due.length > 0) await loop.submit("control", fireSchedules, { work: due, held: true });
    this.arm();
  }

  /** Sets the clock for what comes next. */
  arm(): void {
    const { table, clock, now, leads } = this.#options;
    if (!leads()) return;
    const next = table.nextAt();
    if (next < Infinity) clock.set(Math.max(next, now()));
  }

  /** Has all looked at whose work may have ended on another node. */
  releaseAll(): void {
    this.#options.table.releaseAll();
    this.arm();
  }

  /** Work has ended, for which schedules may have waited. */
  ended({ tasks, workflows }: {
    readonly tasks: readonly string[];
    readonly workflows: readonly string[];
  }): void {
    const { table } = this.#options;
    const byTask = table.release("task", tasks);
    const byWorkflow = table.release("workflow", workflows);
    if (byTask || byWorkflow) this.arm();
  }

  /** Takes over what a commit has changed. */
  committed(effects: Effects): void {
    const { table } = this.#options;
    for (const [name, schedule] of effects.schedules) table.set(name, schedule);
    if (effects.schedules.size > 0) this.arm();
    this.ended({ tasks: effects.endedIds, workflows: effects.endedWorkflowIds });
    for (const { schedule, nominalAt, error } of effects.refusedTicks) {
      log.warn("the tick of schedule {schedule} at {at} could not start its work: {error}", {
        schedule,
        at: new Date(nominalAt).toISOString(),
        error,
      });
    }
  }

  #carryOut(message: ScheduleCommand): Promise<Result<unknown>> {
    switch (message.kind) {
      case "PutSchedule":
        return this.#commit(putSchedules, message);
      case "DeleteSchedule":
        return this.#commit(deleteSchedules, message);
      case "PauseSchedule":
        return this.#commit(pauseSchedules, message);
      case "TriggerSchedule":
        return this.#commit(triggerSchedules, message);
      case "BackfillSchedule":
        return this.#backfill(message);
      case "PreviewBackfill":
        return this.#commit(previewBackfills, message);
      default:
        return unreachable(message);
    }
  }

  #commit<W, R>(handler: Handler<W, R>, work: W): Promise<R> {
    return this.#options.loop.submit("control", handler, { work });
  }

  /** Backfills a range, commit by commit; what is done stays done when a later commit fails. */
  async #backfill({ name, from, until }: Backfill): Promise<Result<BackfillReport>> {
    let changed = 0;
    for (let resumeAt = from;;) {
      const slice = await this.#commit(backfillSlices, { name, from, until, resumeAt });
      if (!slice.ok) return slice;
      changed += slice.value.changed;
      if (slice.value.resumeAt === null) return ok({ matched: slice.value.matched, changed });
      resumeAt = slice.value.resumeAt;
    }
  }
}
