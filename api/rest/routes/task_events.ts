/** One task as it changes, with what its code logs: all that a page of it needs, on one connection. */
import { findLog } from "../../log_watch.ts";
import { MergedWatch } from "../../merged_watch.ts";
import { parse, placeOfLine, taskEventsQuery, toFilter } from "../../schema.ts";
import { startingPlace, TaskWatch } from "../../task_watch.ts";
import { EventStream } from "../event_stream.ts";
import { oneTaskEvents, splitOneTaskId } from "../event_text.ts";
import { eventStream, problem } from "../reply.ts";
import { type Call, queryOf, type Route } from "../route.ts";

async function followTask(call: Call): Promise<Response> {
  const query = parse(taskEventsQuery, queryOf(call));
  if (!query.ok) return problem(query.error);
  const { node: { service, feed }, target: id, request } = call;
  const [lastChange, lastLine] = splitOneTaskId(request.headers.get("last-event-id") ?? "");
  const place = await startingPlace(feed, { after: undefined, last: lastChange || null });
  if (!place.ok) return problem(place.error);
  const line = placeOfLine(lastLine) ?? query.value.log ?? null;
  const lines = await findLog({ service, feed, id, after: line, endless: true });
  if (!lines.ok) return problem(lines.error);
  if (request.method === "HEAD") return eventStream(null);
  const changes = new TaskWatch({ service, feed, filter: toFilter({ q: id }), ...place.value });
  const merged = new MergedWatch(changes, lines.value);
  for (const watch of [changes, lines.value]) {
    const opened = watch.open();
    if (opened.ok) continue;
    merged.close();
    return problem(opened.error);
  }
  const write = oneTaskEvents(id, { seq: place.value.afterSeq, line });
  return eventStream(new EventStream(merged, write));
}

/** `/api/tasks/{id}/events`. */
export const TASK_EVENTS_ROUTE: Route = {
  method: "get",
  path: "/api/tasks/{id}/events",
  scope: "tasks:read",
  summary: "Follow a task and its log as server-sent events",
  tag: "tasks",
  query: taskEventsQuery,
  answers: {
    200: {
      description:
        "`task` events carry the task after each change, `line` events what its code logs, " +
        "beginning with what it has logged already. Give the last id as `Last-Event-ID` to go on " +
        "with both. `reset` says that changes may have been missed: get the task anew; `deleted` " +
        "that it is gone. The stream goes on after the task's end. A ping every 15 s.",
      contentType: "text/event-stream",
    },
  },
  problems: [404],
  handle: followTask,
};
