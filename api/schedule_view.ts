/** Schedules as the JSON that users see. */
import { isoTime, isoTimeOrNull } from "../actors/domain/iso_time.ts";
import type { ScheduleRecord, TaskTemplate, TickRecord } from "../actors/domain/schedule.ts";
import { LIMITS } from "../actors/domain/task.ts";
import type { BackfillPreview, ScheduleView } from "../actors/protocol.ts";
import type {
  BackfillView,
  GivenTaskFields,
  ScheduleAnswer,
  TickAnswer,
} from "./schema/schedule.ts";
import { onFailureView } from "./schema/on_failure.ts";
import { uniqueView } from "./schema/unique.ts";

/** A schedule; with `inList`, long arguments and the tasks of a workflow are left out and marked. */
export function scheduleView(
  { schedule, nextFireTimes }: ScheduleView,
  { inList = false } = {},
): ScheduleAnswer {
  const { spec } = schedule;
  return {
    name: schedule.name,
    cron: spec.cron,
    timezone: spec.timezone,
    overlap: spec.overlap,
    catchUpWindowMs: spec.catchUpWindowMs,
    jitterMs: spec.jitterMs,
    paused: schedule.paused,
    ...targetView(schedule, inList),
    nextFireTimes: nextFireTimes.map(isoTime),
    bufferedAt: isoTimeOrNull(schedule.bufferedAt),
    counts: {
      fired: schedule.fired,
      missed: schedule.missed,
      skipped: schedule.skipped,
      refused: schedule.refused,
    },
    lastFiredAt: isoTimeOrNull(schedule.lastFiredAt),
    lastStarted: schedule.lastStarted,
    createdAt: isoTime(schedule.createdAt),
    updatedAt: isoTime(schedule.updatedAt),
  };
}

/** What a backfill would do. */
export function backfillView({ matched, unfired }: BackfillPreview): BackfillView {
  const [first = null, last = null] = [unfired.at(0), unfired.at(-1)];
  return {
    matched,
    changed: 0,
    unfired: { count: unfired.length, first: isoTimeOrNull(first), last: isoTimeOrNull(last) },
  };
}

/** A decided tick. */
export function tickView(tick: TickRecord): TickAnswer {
  return {
    schedule: tick.schedule,
    nominalAt: isoTime(tick.nominalAt),
    outcome: tick.outcome,
    decidedAt: isoTime(tick.decidedAt),
    started: tick.started,
    error: tick.error,
  };
}

/** What is told to whoever pauses or resumes: nobody should have to guess what a pause costs. */
export function pauseNote({ schedule }: ScheduleView): string {
  const seconds = schedule.spec.catchUpWindowMs / 1_000;
  const fate = `ticks of the last ${seconds} s (the catch-up window) run as the overlap policy ` +
    "allows; older ones are counted as missed";
  return schedule.paused
    ? `While paused no tick fires. At resume, ${fate}.`
    : `Resumed: ${fate}. A backfill runs those that are wanted after all.`;
}

function targetView({ spec: { target } }: ScheduleRecord, inList: boolean) {
  if (target.kind === "task") {
    const argsOmitted = inList && target.task.args.length > LIMITS.listTextBytes;
    return {
      method: target.task.method,
      args: argsOmitted ? null : parseArgs(target.task.args),
      ...(argsOmitted ? { argsOmitted } : undefined),
      ...givenFields(target.task),
      workflow: null,
    };
  }
  const tasks = inList
    ? { tasks: null, tasksOmitted: true as const }
    : { tasks: target.tasks.map(workflowTaskView) };
  return { method: null, args: null, workflow: { name: target.name, ...tasks } };
}

function workflowTaskView(task: TaskTemplate) {
  const { key, method, args } = task;
  if (key === null) throw new Error(`A task of a scheduled workflow has no key: ${method}`);
  return { key, method, args: parseArgs(args), ...givenFields(task) };
}

/** What was not given is left out, so that the answer can be sent back. */
function givenFields(task: TaskTemplate): GivenTaskFields {
  const { deps, labels, triggerRule, queue, priority, delayMs, timeoutMs } = task;
  const { heartbeatTimeoutMs, concurrencyKey, retry, unique, onFailure } = task;
  return {
    ...(deps.length === 0 ? undefined : { deps: [...deps] }),
    ...(triggerRule === null ? undefined : { triggerRule }),
    ...(queue === null ? undefined : { queue }),
    ...(priority === null ? undefined : { priority }),
    ...(delayMs === null ? undefined : { delayMs }),
    ...(timeoutMs === null ? undefined : { timeoutMs }),
    ...(heartbeatTimeoutMs === null ? undefined : { heartbeatTimeoutMs }),
    ...(concurrencyKey === null ? undefined : { concurrencyKey }),
    ...(retry === null ? undefined : { retry }),
    ...(Object.keys(labels).length === 0 ? undefined : { labels }),
    ...(unique === undefined ? undefined : { unique: uniqueView(unique) }),
    ...(onFailure === undefined
      ? undefined
      : { onFailure: onFailure === null ? null : onFailureView(onFailure) }),
  };
}

function parseArgs(text: string): unknown[] {
  const args: unknown = JSON.parse(text);
  if (!Array.isArray(args)) throw new Error(`The arguments of a schedule are no array: ${text}`);
  return args;
}
