import type { ScheduleRecord, StartedWork, TickOutcome, TickRecord } from "../domain/schedule.ts";
import { afterFiring } from "../domain/schedule_decision.ts";
import type { Commit } from "./commit.ts";
import { startWork, tickId } from "./start_work.ts";

/** Carries out what is decided on one schedule's ticks in one commit: rows, counts and work. */
export class TickWriter {
  readonly commit: Commit;
  #record: ScheduleRecord;
  #live: boolean;
  readonly #rows: TickRecord[] = [];
  readonly #replace: boolean;
  readonly #before: ScheduleRecord;

  constructor(
    commit: Commit,
    record: ScheduleRecord,
    { live = false, replace = false }: {
      /** Whether what the newest tick started has not ended. */
      readonly live?: boolean;
      /** Whether ticks may be decided anew. */
      readonly replace?: boolean;
    },
  ) {
    this.commit = commit;
    this.#before = this.#record = record;
    this.#live = live;
    this.#replace = replace;
  }

  /** The schedule as it stands after what was decided so far. */
  get record(): ScheduleRecord {
    return this.#record;
  }

  get live(): boolean {
    return this.#live;
  }

  /** Counts ticks that came too late. They leave no row, so that a backfill can still run them. */
  miss(count: number): void {
    if (count === 0) return;
    this.#record = { ...this.#record, missed: this.#record.missed + count };
    this.commit.effects.ticked("missed", count);
  }

  skip(nominalAt: number): void {
    this.#record = { ...this.#record, skipped: this.#record.skipped + 1 };
    this.#row(nominalAt, { outcome: "skipped" });
  }

  /** Lets a tick wait for the work before it to end. */
  buffer(nominalAt: number): void {
    this.#record = { ...this.#record, bufferedAt: nominalAt };
  }

  /** Lets go of the tick that waits. */
  unbuffer(): void {
    this.#record = { ...this.#record, bufferedAt: null };
  }

  /** Starts the work of a tick; true when it was not started before. */
  async fire(nominalAt: number): Promise<boolean> {
    const { name, spec: { target } } = this.#record;
    if (this.#record.bufferedAt === nominalAt) this.unbuffer();
    const id = tickId(name, nominalAt);
    const start = await startWork(this.commit, { schedule: name, tickAt: nominalAt, target, id });
    if (!start.ok) {
      this.#refuse(nominalAt, start.error.message);
      return false;
    }
    const { created, work, live } = start.value;
    if (created) this.#record = { ...this.#record, fired: this.#record.fired + 1 };
    this.#record = afterFiring(this.#record, { nominalAt, started: work });
    if (this.#record.lastFiredAt === nominalAt) this.#live = live;
    this.#row(nominalAt, { outcome: "fired", started: work, counted: created });
    return created;
  }

  /** Writes the ticks and the schedule, decided up to `until`. */
  async store(until: number): Promise<void> {
    const { tx, effects } = this.commit;
    if (this.#record.decidedUntil !== until) {
      this.#record = { ...this.#record, decidedUntil: until };
    }
    if (this.#rows.length > 0) await tx.insertTicks(this.#rows, { replace: this.#replace });
    if (this.#record !== this.#before) await tx.advanceSchedule(this.#record);
    effects.schedules.set(this.#record.name, this.#record);
  }

  #refuse(nominalAt: number, error: string): void {
    const { name } = this.#record;
    this.#record = { ...this.#record, refused: this.#record.refused + 1 };
    this.commit.effects.refusedTicks.push({ schedule: name, nominalAt, error });
    this.#row(nominalAt, { outcome: "refused", error });
  }

  #row(
    nominalAt: number,
    { outcome, started = null, error = null, counted = true }: {
      readonly outcome: TickOutcome;
      readonly started?: StartedWork | null;
      readonly error?: string | null;
      readonly counted?: boolean;
    },
  ): void {
    const { commit: { now, effects } } = this;
    const schedule = this.#record.name;
    this.#rows.push({ schedule, nominalAt, outcome, decidedAt: now, started, error });
    if (counted) effects.ticked(outcome);
  }
}
