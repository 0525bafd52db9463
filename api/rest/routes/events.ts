/** Server-sent events: changes of tasks, and the pulse of the node. */
import { eventsQuery, parse, toFilter } from "../../schema.ts";
import { PulseWatch } from "../../pulse_watch.ts";
import { startingPlace, TaskWatch } from "../../task_watch.ts";
import { EventStream } from "../event_stream.ts";
import { changeEvent, pulseEvent } from "../event_text.ts";
import { eventStream, problem } from "../reply.ts";
import { type Call, queryOf, type Route } from "../route.ts";

async function watch(call: Call): Promise<Response> {
  const query = parse(eventsQuery, queryOf(call));
  if (!query.ok) return problem(query.error);
  const { service, feed } = call.node;
  const last = call.request.headers.get("last-event-id");
  const place = await startingPlace(feed, { after: query.value.after, last });
  if (!place.ok) return problem(place.error);
  if (call.request.method === "HEAD") return eventStream(null);
  const watch = new TaskWatch({ service, feed, filter: toFilter(query.value), ...place.value });
  const opened = watch.open();
  return opened.ok ? eventStream(new EventStream(watch, changeEvent)) : problem(opened.error);
}

function watchPulse({ node, request }: Call): Response {
  if (request.method === "HEAD") return eventStream(null);
  const watch = new PulseWatch(node.pulse);
  const opened = watch.open();
  return opened.ok ? eventStream(new EventStream(watch, pulseEvent)) : problem(opened.error);
}

const EVENTS_ROUTE: Route = {
  method: "get",
  path: "/api/events",
  scope: "tasks:read",
  summary: "Follow changes of tasks as server-sent events",
  tag: "events",
  query: eventsQuery,
  answers: {
    200: {
      description:
        "`task` events carry a task as JSON; their ids are opaque and growing. Give the " +
        "last one as `Last-Event-ID` or `after` to get the latest state of each task changed " +
        "since. `deleted` events carry the `id` alone of a task that is gone, and come whatever " +
        "the filter, since what it was can't be looked up any more. `reset` says that what was " +
        "missed can't be told: list anew. A ping every 15 s.",
      contentType: "text/event-stream",
    },
  },
  handle: watch,
};

const PULSE_ROUTE: Route = {
  method: "get",
  path: "/api/pulse",
  scope: "tasks:read",
  summary: "Follow the numbers of the node as server-sent events",
  tag: "events",
  answers: {
    200: {
      description:
        "A `pulse` event at once, and after changes at most one a second: `{seq, stats}`, where " +
        "`seq` is another number whenever anything has changed, and `stats` is what " +
        "`GET /api/stats` answers. For a minute after the last change it comes every 5 s with the " +
        "same `seq`, because rates sink. A slow listener gets the newest only. A ping every 15 s.",
      contentType: "text/event-stream",
    },
  },
  handle: watchPulse,
};

/** `/api/events` and `/api/pulse`. */
export const EVENT_ROUTES: readonly Route[] = [EVENTS_ROUTE, PULSE_ROUTE];
