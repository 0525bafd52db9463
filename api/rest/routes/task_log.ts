/** A task's log: a page of it, or its lines as they come. */
import { listLogs } from "../../operations/tasks.ts";
import { findLog } from "../../log_watch.ts";
import { logPageAnswer, logsQuery, parse, placeOfLine } from "../../schema.ts";
import { EventStream } from "../event_stream.ts";
import { logEvent } from "../event_text.ts";
import { eventStream, problem } from "../reply.ts";
import { type Call, queryOf, type Route } from "../route.ts";
import { serve } from "../serve.ts";

const page = serve(listLogs);

function readLog(call: Call): Promise<Response> | Response {
  const accepts = call.request.headers.get("accept") ?? "";
  return accepts.includes("text/event-stream") ? followLog(call) : page.handle(call);
}

async function followLog(call: Call): Promise<Response> {
  const query = parse(logsQuery, queryOf(call));
  if (!query.ok) return problem(query.error);
  const { service, feed } = call.node;
  // A client keeps the last id by itself: one that is none of a log starts anew.
  const last = placeOfLine(call.request.headers.get("last-event-id") ?? "");
  const after = query.value.after ?? last;
  const found = await findLog({ service, feed, id: call.target, after });
  if (!found.ok) return problem(found.error);
  if (call.request.method === "HEAD") return eventStream(null);
  const watch = found.value;
  const opened = watch.open();
  return opened.ok ? eventStream(new EventStream(watch, logEvent)) : problem(opened.error);
}

/** `/api/tasks/{id}/logs`. */
export const LOG_ROUTE: Route = {
  method: "get",
  path: "/api/tasks/{id}/logs",
  summary: "Get what a task's code has logged, or follow it",
  tag: "tasks",
  query: logsQuery,
  answers: {
    200: {
      description:
        "By run, oldest first. With `Accept: text/event-stream`, the lines and those to " +
        "come as `line` events, whose ids `Last-Event-ID` and `after` resume from; `limit` does not " +
        "count then. `end` with the task's `status` says that it has ended and that those were all " +
        "lines, `deleted` that it is gone; then the stream ends. A ping every 15 s.",
      schema: logPageAnswer,
      streams: true,
    },
  },
  problems: [404],
  ...page,
  handle: readLog,
};
