/** Schedules as a table in memory: what scheduler and reader answer about them. */
import { ok, refuse, type Result } from "../../../actors/domain/error.ts";
import type { ScheduleRecord, TickRecord } from "../../../actors/domain/schedule.ts";
import type {
  ScheduleCommand,
  ScheduleCommandReplies,
  ScheduleQuery,
  ScheduleQueryReplies,
  ScheduleView,
} from "../../../actors/protocol.ts";

const MINUTE_MS = 60_000;

type Reply = (ScheduleCommandReplies & ScheduleQueryReplies)[
  | ScheduleCommand["kind"]
  | ScheduleQuery["kind"]
];

/** Every schedule fires at each whole minute. */
export class FakeSchedules {
  readonly table = new Map<string, ScheduleRecord>();
  readonly #now: number;

  constructor(now: number) {
    this.#now = now;
  }

  answer(message: ScheduleCommand | ScheduleQuery): Reply {
    switch (message.kind) {
      case "ListSchedules":
        return [...this.table.values()].map((schedule) => this.#view(schedule));
      case "PutSchedule": {
        const known = this.table.get(message.name);
        const schedule = {
          ...known ?? this.#fresh(message),
          spec: message.spec,
          updatedAt: this.#now,
        };
        this.table.set(message.name, schedule);
        return ok({ created: known === undefined, view: this.#view(schedule) });
      }
      default:
        return this.#answerKnown(message);
    }
  }

  #answerKnown(
    message: Exclude<ScheduleCommand | ScheduleQuery, { kind: "ListSchedules" | "PutSchedule" }>,
  ): Reply {
    const found = this.#find(message.name);
    if (!found.ok) return found;
    const schedule = found.value;
    switch (message.kind) {
      case "GetSchedule":
        return ok(this.#view(schedule));
      case "DeleteSchedule":
        this.table.delete(message.name);
        return ok(null);
      case "PauseSchedule": {
        const changed = { ...schedule, paused: message.paused };
        this.table.set(message.name, changed);
        return ok(this.#view(changed));
      }
      case "TriggerSchedule":
        return ok(this.#tick(schedule));
      case "BackfillSchedule": {
        const matched = Math.floor((message.until - message.from) / MINUTE_MS);
        return ok({ matched, changed: matched - 1 });
      }
      case "PreviewBackfill": {
        const matched = Math.floor((message.until - message.from) / MINUTE_MS);
        const ticks = Array.from({ length: matched }, (_, i) => message.from + i * MINUTE_MS);
        return ok({ matched, unfired: ticks.slice(1) });
      }
      case "ListTicks":
        return ok([this.#tick(schedule)].slice(0, message.limit));
    }
  }

  #find(name: string): Result<ScheduleRecord> {
    const schedule = this.table.get(name);
    return schedule === undefined
      ? refuse("not_found", "unknown_schedule", `There is no schedule "${name}"`)
      : ok(schedule);
  }

  #fresh({ name, spec }: Extract<ScheduleCommand, { kind: "PutSchedule" }>): ScheduleRecord {
    return {
      name,
      spec,
      paused: false,
      decidedUntil: this.#now,
      bufferedAt: null,
      fired: 3,
      missed: 2,
      skipped: 1,
      refused: 0,
      lastFiredAt: this.#now - MINUTE_MS,
      lastStarted: { kind: spec.target.kind, id: "work-3" },
      createdAt: this.#now,
      updatedAt: this.#now,
    };
  }

  #view(schedule: ScheduleRecord): ScheduleView {
    const next = Math.ceil(this.#now / MINUTE_MS) * MINUTE_MS;
    return { schedule, nextFireTimes: [0, 1, 2, 3, 4].map((i) => next + i * MINUTE_MS) };
  }

  #tick({ name, spec }: ScheduleRecord): TickRecord {
    return {
      schedule: name,
      nominalAt: this.#now,
      outcome: "fired",
      decidedAt: this.#now + 5,
      started: { kind: spec.target.kind, id: "work-4" },
      error: null,
    };
  }
}
