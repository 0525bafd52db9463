/** The stream of task changes. */
import { eventsQuery, parse, toFilter } from "../../schema.ts";
import { startingPlace, TaskWatch } from "../../task_watch.ts";
import { EventStream } from "../event_stream.ts";
import { problem } from "../reply.ts";
import { type Call, queryOf, type Route } from "../route.ts";

const HEADERS = {
  "content-type": "text/event-stream",
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  // Tells proxies of nginx's kind to pass events on at once.
  "x-accel-buffering": "no",
};

async function watch(call: Call): Promise<Response> {
  const query = parse(eventsQuery, queryOf(call));
  if (!query.ok) return problem(query.error);
  const { service, feed } = call.node;
  const last = call.request.headers.get("last-event-id");
  const place = await startingPlace(feed, { after: query.value.after, last });
  if (!place.ok) return problem(place.error);
  if (call.request.method === "HEAD") return new Response(null, { headers: HEADERS });
  const watch = new TaskWatch({ service, feed, filter: toFilter(query.value), ...place.value });
  const opened = watch.open();
  if (!opened.ok) return problem(opened.error);
  // No queue: changes are read when the watcher takes them.
  const stream = new ReadableStream(new EventStream(watch), { highWaterMark: 0 });
  return new Response(stream, { headers: HEADERS });
}

/** `/api/events`. */
export const EVENT_ROUTES: readonly Route[] = [{
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
}];
