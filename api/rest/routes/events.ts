/** The stream of task changes. */
import { ok, refuse, type Result } from "../../../actors/domain/error.ts";
import { eventsQuery, invalid, parse, toFilter } from "../../schema.ts";
import { decodeEventId } from "../event_id.ts";
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
  const place = await startOf(call, query.value.after);
  if (!place.ok) return problem(place.error);
  if (call.request.method === "HEAD") return new Response(null, { headers: HEADERS });
  const { service, feed } = call.node;
  const stream = new EventStream({ service, feed, filter: toFilter(query.value), ...place.value });
  if (!stream.subscribe()) return problem(tooManyStreams.error);
  // No queue: changes are read when the watcher takes them.
  return new Response(new ReadableStream(stream, { highWaterMark: 0 }), { headers: HEADERS });
}

interface StartingPlace {
  readonly afterSeq: number;
  readonly reset: boolean;
}

/**
 * After the given id; the reader knows whether what came since can be told. From now on without one,
 * and with a `reset` where the header holds an id that no stream of this product gave out.
 */
async function startOf(call: Call, after: string | undefined): Promise<Result<StartingPlace>> {
  const last = call.request.headers.get("last-event-id");
  const seq = decodeEventId(after ?? last ?? "");
  if (after !== undefined && seq === null) {
    return invalid([{ pointer: "/after", message: "is not the id of an event" }]);
  }
  if (seq !== null) return ok({ afterSeq: seq, reset: false });
  const now = await call.node.feed.position();
  return now.ok ? ok({ afterSeq: now.value, reset: Boolean(last) }) : now;
}

const tooManyStreams = refuse(
  "resource_exhausted",
  "too_many_streams",
  "Cannot open the stream: too many are open; close some or try another node",
  { retryAfterMs: 10_000 },
);

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
