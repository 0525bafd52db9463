import { taskPath } from "./api_path.ts";
import type { ServerSentEvent } from "./event_stream_parser.ts";
import { type FollowOptions, followStream, type StreamOpened } from "./follow_stream.ts";
import type { HttpTransport } from "./http_transport.ts";
import type { LogLineJson, TaskStatusJson } from "./task_json.ts";

/** What a follower of a task's log is told. */
export type LogEvent =
  | StreamOpened
  | { readonly kind: "line"; readonly line: LogLineJson }
  /** The task has ended, and those were all lines. Nothing follows. */
  | { readonly kind: "end"; readonly status: TaskStatusJson }
  /** The task is gone, and its log with it. Nothing follows. */
  | { readonly kind: "deleted" };

/** `after` is `RUN.LINE` of a line; without it, the log is told from its beginning. */
export type LogEventsOptions = FollowOptions;

/** Follows the log of a task up to its end: see `followStream`. */
export function followLog(
  transport: HttpTransport,
  id: string,
  options: LogEventsOptions,
): AsyncGenerator<LogEvent, void> {
  const stream = { path: taskPath(id, "/logs"), read: logEventOf, isLast };
  return followStream<LogEvent>(transport, stream, options);
}

function logEventOf({ event, data }: ServerSentEvent): LogEvent | null {
  switch (event) {
    case "line":
      return { kind: "line", line: JSON.parse(data) as LogLineJson };
    case "end":
      return { kind: "end", status: (JSON.parse(data) as { status: TaskStatusJson }).status };
    case "deleted":
      return { kind: "deleted" };
    default:
      return null;
  }
}

function isLast({ kind }: LogEvent): boolean {
  return kind === "end" || kind === "deleted";
}
