/** What the front-ends can do with schedules, in the terms of the actors' protocol. */
import type { Result } from "../actors/domain/error.ts";
import type { ScheduleSpec, TickRecord } from "../actors/domain/schedule.ts";
import type {
  BackfillPreview,
  BackfillReport,
  ReaderProtocol,
  SchedulerProtocol,
  ScheduleView,
} from "../actors/protocol.ts";
import type { ActorRef } from "../actors/runtime/actor.ts";
import { asked, read, written } from "./ask_refusal.ts";

/** What a schedule service works with. */
export interface ScheduleServiceOptions {
  readonly scheduler: ActorRef<SchedulerProtocol>;
  readonly reader: ActorRef<ReaderProtocol>;
}

/** A span of nominal times, epoch ms; `until` is not part of it. */
export interface TickRange {
  readonly from: number;
  readonly until: number;
}

const WRITE = { deadlineMs: 15_000 };
const READ = { deadlineMs: 10_000 };

/** The operations on schedules that every front-end offers. */
export class ScheduleService {
  readonly #scheduler: ActorRef<SchedulerProtocol>;
  readonly #reader: ActorRef<ReaderProtocol>;

  constructor({ scheduler, reader }: ScheduleServiceOptions) {
    this.#scheduler = scheduler;
    this.#reader = reader;
  }

  /** All schedules, by name. */
  async list(): Promise<Result<readonly ScheduleView[]>> {
    return asked(await this.#reader.ask({ kind: "ListSchedules" }, READ));
  }

  /** The schedule; `not_found` where there is none. */
  async get(name: string): Promise<Result<ScheduleView>> {
    return read(await this.#reader.ask({ kind: "GetSchedule", name }, READ));
  }

  /** Sets a schedule up, or anew; it stays paused if it was. */
  async put(
    name: string,
    spec: ScheduleSpec,
  ): Promise<Result<{ readonly created: boolean; readonly view: ScheduleView }>> {
    return written(await this.#scheduler.ask({ kind: "PutSchedule", name, spec }, WRITE));
  }

  /** Removes a schedule; what it started goes on. */
  async delete(name: string): Promise<Result<null>> {
    return written(await this.#scheduler.ask({ kind: "DeleteSchedule", name }, WRITE));
  }

  /** Pauses a schedule, or resumes it. */
  async setPaused(name: string, paused: boolean): Promise<Result<ScheduleView>> {
    return written(await this.#scheduler.ask({ kind: "PauseSchedule", name, paused }, WRITE));
  }

  /** Starts the work once, now, whatever the time and the overlap policy say. */
  async trigger(name: string): Promise<Result<TickRecord>> {
    return written(await this.#scheduler.ask({ kind: "TriggerSchedule", name }, WRITE));
  }

  /** Fires the ticks of a past range that have not fired. */
  async backfill(name: string, range: TickRange): Promise<Result<BackfillReport>> {
    return written(await this.#scheduler.ask({ kind: "BackfillSchedule", name, ...range }, WRITE));
  }

  /** What a backfill of the range would do. */
  async previewBackfill(name: string, range: TickRange): Promise<Result<BackfillPreview>> {
    return read(await this.#scheduler.ask({ kind: "PreviewBackfill", name, ...range }, READ));
  }

  /** At most `limit` decided ticks, newest nominal time first. */
  async ticks(name: string, limit: number): Promise<Result<readonly TickRecord[]>> {
    return read(await this.#reader.ask({ kind: "ListTicks", name, limit }, READ));
  }
}
