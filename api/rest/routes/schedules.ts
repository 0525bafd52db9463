/** Operations on schedules. */
import {
  backfillSchedule,
  deleteSchedule,
  getSchedule,
  listSchedules,
  listTicks,
  pauseSchedule,
  resumeSchedule,
  type SetSchedule,
  setSchedule,
  triggerSchedule,
} from "../../operations/schedules.ts";
import {
  backfillAnswer,
  backfillInput,
  emptyInput,
  listOf,
  pausedScheduleAnswer,
  scheduleAnswer,
  scheduleInput,
  type TickAnswer,
  tickAnswer,
  ticksQuery,
} from "../../schema.ts";
import { json, noContent } from "../reply.ts";
import type { Route } from "../route.ts";
import { serve } from "../serve.ts";

const tag = "schedules";

function writeSet({ created, schedule }: SetSchedule): Response {
  return created
    ? json(201, schedule, { location: `/api/schedules/${schedule.name}` })
    : json(200, schedule);
}

function writeStarted(tick: TickAnswer): Response {
  const { started } = tick;
  if (started === null) return json(200, tick);
  return json(201, tick, { location: `/api/${started.kind}s/${started.id}` });
}

const schedule = { description: "The schedule.", schema: scheduleAnswer };
const paused = {
  description: "The schedule, and in `note` what becomes of the ticks of the pause.",
  schema: pausedScheduleAnswer,
};

/** `/api/schedules` and all below it. */
export const SCHEDULE_ROUTES: readonly Route[] = [
  {
    method: "get",
    path: "/api/schedules",
    summary: "List schedules with their next fire times",
    tag,
    answers: {
      200: {
        description: "By name, without long arguments and the tasks of workflows.",
        schema: listOf(scheduleAnswer),
      },
    },
    ...serve(listSchedules),
  },
  {
    method: "get",
    path: "/api/schedules/{name}",
    summary: "Get a schedule with its next fire times",
    tag,
    answers: { 200: schedule },
    problems: [404],
    ...serve(getSchedule),
  },
  {
    method: "put",
    path: "/api/schedules/{name}",
    summary: "Set a schedule up; what is absent is set to its default",
    tag,
    body: { schema: scheduleInput, optional: false },
    answers: {
      201: { ...schedule, description: "Set up. `Location` names it." },
      200: { ...schedule, description: "There was one: it is as the request says from now on." },
    },
    ...serve(setSchedule, writeSet),
  },
  {
    method: "delete",
    path: "/api/schedules/{name}",
    summary: "Delete a schedule; what it has started goes on",
    tag,
    answers: { 204: { description: "Deleted." } },
    problems: [404],
    ...serve(deleteSchedule, noContent),
  },
  {
    method: "post",
    path: "/api/schedules/{name}/trigger",
    summary: "Start the work of a schedule once, now, whatever its overlap policy says",
    tag,
    body: { schema: emptyInput, optional: true },
    answers: {
      201: { description: "The tick. `Location` names what it started.", schema: tickAnswer },
    },
    problems: [404, 409],
    ...serve(triggerSchedule, writeStarted),
  },
  {
    method: "post",
    path: "/api/schedules/{name}/pause",
    summary: "Let no tick of a schedule fire",
    tag,
    body: { schema: emptyInput, optional: true },
    answers: { 200: paused },
    problems: [404],
    ...serve(pauseSchedule),
  },
  {
    method: "post",
    path: "/api/schedules/{name}/resume",
    summary: "Let ticks of a schedule fire again",
    tag,
    body: { schema: emptyInput, optional: true },
    answers: { 200: paused },
    problems: [404],
    ...serve(resumeSchedule),
  },
  {
    method: "post",
    path: "/api/schedules/{name}/backfill",
    summary:
      "Fire the ticks of a past range that have not fired, 1,000 at most, or say which those are",
    tag,
    body: { schema: backfillInput, optional: false },
    answers: { 200: { description: "What was done.", schema: backfillAnswer } },
    problems: [404, 409],
    ...serve(backfillSchedule),
  },
  {
    method: "get",
    path: "/api/schedules/{name}/ticks",
    summary: "List the decided ticks of a schedule",
    tag,
    query: ticksQuery,
    answers: { 200: { description: "Newest time first.", schema: listOf(tickAnswer) } },
    problems: [404],
    ...serve(listTicks),
  },
];
