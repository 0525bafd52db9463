/** Operations on schedules. */
import { refuse } from "../../../actors/domain/error.ts";
import type { TickRecord } from "../../../actors/domain/schedule.ts";
import { pauseNote, scheduleView, tickView } from "../../schedule_view.ts";
import {
  backfillAnswer,
  backfillInput,
  emptyInput,
  listOf,
  parse,
  pausedScheduleAnswer,
  readSchedule,
  scheduleAnswer,
  scheduleInput,
  scheduleText,
  tickAnswer,
  ticksQuery,
} from "../../schema.ts";
import { answer, json, noContent, problem } from "../reply.ts";
import { type Call, queryOf, type Route } from "../route.ts";

const tag = "schedules";

async function listSchedules({ node }: Call): Promise<Response> {
  return answer(await node.schedules.list(), (views) => {
    return json(200, { items: views.map((view) => scheduleView(view, { inList: true })) });
  });
}

async function getSchedule({ node, target }: Call): Promise<Response> {
  return answer(await node.schedules.get(target), (view) => json(200, scheduleView(view)));
}

async function putSchedule({ node, target, body }: Call): Promise<Response> {
  const name = parse(scheduleText, target, "/path");
  if (!name.ok) return problem(name.error);
  const spec = readSchedule(body, node.now());
  if (!spec.ok) return problem(spec.error);
  return answer(await node.schedules.put(target, spec.value), ({ created, view }) => {
    return created
      ? json(201, scheduleView(view), { location: `/api/schedules/${target}` })
      : json(200, scheduleView(view));
  });
}

async function deleteSchedule({ node, target }: Call): Promise<Response> {
  return answer(await node.schedules.delete(target), noContent);
}

async function setPaused(call: Call, paused: boolean): Promise<Response> {
  const input = parse(emptyInput, call.body ?? {});
  if (!input.ok) return problem(input.error);
  return answer(
    await call.node.schedules.setPaused(call.target, paused),
    (view) => json(200, { ...scheduleView(view), note: pauseNote(view) }),
  );
}

async function triggerSchedule(call: Call): Promise<Response> {
  const input = parse(emptyInput, call.body ?? {});
  if (!input.ok) return problem(input.error);
  return answer(await call.node.schedules.trigger(call.target), writeStarted);
}

/** 201 says that there is something new, so a tick that could start nothing is a refusal. */
function writeStarted(tick: TickRecord): Response {
  const { started } = tick;
  if (started !== null) {
    return json(201, tickView(tick), { location: `/api/${started.kind}s/${started.id}` });
  }
  const refusal = refuse(
    "failed_precondition",
    "nothing_started",
    `Cannot start the work of schedule "${tick.schedule}": ${tick.error ?? tick.outcome}`,
  );
  return problem(refusal.error);
}

async function backfillSchedule(call: Call): Promise<Response> {
  const input = parse(backfillInput, call.body);
  if (!input.ok) return problem(input.error);
  const range = { from: Date.parse(input.value.from), until: Date.parse(input.value.until) };
  return answer(
    await call.node.schedules.backfill(call.target, range),
    ({ matched, changed }) => json(200, { matched, changed }),
  );
}

async function listTicks(call: Call): Promise<Response> {
  const query = parse(ticksQuery, queryOf(call));
  if (!query.ok) return problem(query.error);
  return answer(
    await call.node.schedules.ticks(call.target, query.value.limit),
    (ticks) => json(200, { items: ticks.map(tickView) }),
  );
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
    scope: "tasks:read",
    summary: "List schedules with their next fire times",
    tag,
    answers: {
      200: {
        description: "By name, without long arguments and the tasks of workflows.",
        schema: listOf(scheduleAnswer),
      },
    },
    handle: listSchedules,
  },
  {
    method: "get",
    path: "/api/schedules/{name}",
    scope: "tasks:read",
    summary: "Get a schedule with its next fire times",
    tag,
    answers: { 200: schedule },
    problems: [404],
    handle: getSchedule,
  },
  {
    method: "put",
    path: "/api/schedules/{name}",
    scope: "admin",
    summary: "Set a schedule up; what is absent is set to its default",
    tag,
    body: { schema: scheduleInput, optional: false },
    answers: {
      201: { ...schedule, description: "Set up. `Location` names it." },
      200: { ...schedule, description: "There was one: it is as the request says from now on." },
    },
    handle: putSchedule,
  },
  {
    method: "delete",
    path: "/api/schedules/{name}",
    scope: "admin",
    summary: "Delete a schedule; what it has started goes on",
    tag,
    answers: { 204: { description: "Deleted." } },
    problems: [404],
    handle: deleteSchedule,
  },
  {
    method: "post",
    path: "/api/schedules/{name}/trigger",
    scope: "tasks:write",
    summary: "Start the work of a schedule once, now, whatever its overlap policy says",
    tag,
    body: { schema: emptyInput, optional: true },
    answers: {
      201: { description: "The tick. `Location` names what it started.", schema: tickAnswer },
    },
    problems: [404, 409],
    handle: triggerSchedule,
  },
  {
    method: "post",
    path: "/api/schedules/{name}/pause",
    scope: "admin",
    summary: "Let no tick of a schedule fire",
    tag,
    body: { schema: emptyInput, optional: true },
    answers: { 200: paused },
    problems: [404],
    handle: (call) => setPaused(call, true),
  },
  {
    method: "post",
    path: "/api/schedules/{name}/resume",
    scope: "admin",
    summary: "Let ticks of a schedule fire again",
    tag,
    body: { schema: emptyInput, optional: true },
    answers: { 200: paused },
    problems: [404],
    handle: (call) => setPaused(call, false),
  },
  {
    method: "post",
    path: "/api/schedules/{name}/backfill",
    scope: "tasks:write",
    summary: "Fire the ticks of a past range that have not fired, 1,000 at most",
    tag,
    body: { schema: backfillInput, optional: false },
    answers: { 200: { description: "What was done.", schema: backfillAnswer } },
    problems: [404, 409],
    handle: backfillSchedule,
  },
  {
    method: "get",
    path: "/api/schedules/{name}/ticks",
    scope: "tasks:read",
    summary: "List the decided ticks of a schedule",
    tag,
    query: ticksQuery,
    answers: { 200: { description: "Newest time first.", schema: listOf(tickAnswer) } },
    problems: [404],
    handle: listTicks,
  },
];
