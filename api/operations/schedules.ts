/** Operations on schedules. */
import { ok, refuse } from "../../actors/domain/error.ts";
import { backfillView, pauseNote, scheduleView, tickView } from "../schedule_view.ts";
import {
  backfillInput,
  type BackfillView,
  emptyInput,
  parse,
  readSchedule,
  type ScheduleAnswer,
  scheduleText,
  type TickAnswer,
  ticksQuery,
} from "../schema.ts";
import { mapped, type Operation } from "./operation.ts";
import type { List } from "./tasks.ts";

/** A schedule that was set up. */
export interface SetSchedule {
  /** False where there was one of this name. */
  readonly created: boolean;
  readonly schedule: ScheduleAnswer;
}

/** A schedule with a word on the ticks of a pause. */
export type PausedSchedule = ScheduleAnswer & { readonly note: string };

/** All schedules, by name, without long arguments and the tasks of workflows. */
export const listSchedules: Operation<List<ScheduleAnswer>> = {
  scope: "tasks:read",
  run: async ({ node }) =>
    mapped(await node.schedules.list(), (views) => ({
      items: views.map((view) => scheduleView(view, { inList: true })),
    })),
};

/** A schedule with its next fire times. */
export const getSchedule: Operation<ScheduleAnswer> = {
  scope: "tasks:read",
  run: async ({ node, target }) =>
    mapped(await node.schedules.get(target), (view) => scheduleView(view)),
};

/** Sets a schedule up; what is absent is set to its default. */
export const setSchedule: Operation<SetSchedule> = {
  scope: "admin",
  input: "body",
  async run({ node, target, input }) {
    const name = parse(scheduleText, target, "/path");
    if (!name.ok) return name;
    const spec = readSchedule(input, node.now());
    if (!spec.ok) return spec;
    return mapped(await node.schedules.put(target, spec.value), ({ created, view }) => ({
      created,
      schedule: scheduleView(view),
    }));
  },
};

/** Removes a schedule; what it has started goes on. */
export const deleteSchedule: Operation<null> = {
  scope: "admin",
  run: ({ node, target }) => node.schedules.delete(target),
};

/** Lets no tick of a schedule fire. */
export const pauseSchedule = pausing(true);

/** Lets ticks of a schedule fire again. */
export const resumeSchedule = pausing(false);

function pausing(paused: boolean): Operation<PausedSchedule> {
  return {
    scope: "admin",
    input: "body",
    async run({ node, target, input }) {
      const body = parse(emptyInput, input ?? {});
      if (!body.ok) return body;
      return mapped(await node.schedules.setPaused(target, paused), (view) => ({
        ...scheduleView(view),
        note: pauseNote(view),
      }));
    },
  };
}

/** Starts the work once, now. The answer says that there is something new, so a tick without is refused. */
export const triggerSchedule: Operation<TickAnswer> = {
  scope: "tasks:write",
  input: "body",
  async run({ node, target, input }) {
    const body = parse(emptyInput, input ?? {});
    if (!body.ok) return body;
    const tick = await node.schedules.trigger(target);
    if (!tick.ok) return tick;
    if (tick.value.started !== null) return ok(tickView(tick.value));
    return refuse(
      "failed_precondition",
      "nothing_started",
      `Cannot start the work of schedule "${target}": ${tick.value.error ?? tick.value.outcome}`,
    );
  },
};

/** Fires the ticks of a past range that have not fired; as a trial, says which those are. */
export const backfillSchedule: Operation<BackfillView> = {
  scope: "tasks:write",
  input: "body",
  async run({ node, target, input }) {
    const body = parse(backfillInput, input);
    if (!body.ok) return body;
    const { from, until, dryRun = false } = body.value;
    const range = { from: Date.parse(from), until: Date.parse(until) };
    if (dryRun) return mapped(await node.schedules.previewBackfill(target, range), backfillView);
    const report = await node.schedules.backfill(target, range);
    return mapped(report, ({ matched, changed }) => ({ matched, changed }));
  },
};

/** The decided ticks of a schedule, newest time first. */
export const listTicks: Operation<List<TickAnswer>> = {
  scope: "tasks:read",
  input: "query",
  async run({ node, target, input }) {
    const query = parse(ticksQuery, input);
    if (!query.ok) return query;
    const ticks = await node.schedules.ticks(target, query.value.limit);
    return mapped(ticks, (items) => ({ items: items.map(tickView) }));
  },
};
