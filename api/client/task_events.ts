import { taskPath } from "./api_path.ts";
import type { ServerSentEvent } from "./event_stream_parser.ts";
import { type FollowOptions, followStream, type StreamOpened } from "./follow_stream.ts";
import type { HttpTransport } from "./http_transport.ts";
import type { LogLineJson, TaskFilterJson, TaskJson } from "./task_json.ts";

/** What a follower of tasks is told. */
export type TaskEvent =
  | StreamOpened
  /** A task as it is after its latest change. */
  | { readonly kind: "task"; readonly task: TaskJson; readonly eventId: string | null }
  /** A task is gone. Told whatever the filter is, since nobody knows any more what it was. */
  | { readonly kind: "deleted"; readonly id: string; readonly eventId: string | null }
  /** Changes may have been missed: read anew what matters. */
  | { readonly kind: "reset" };

/** `after` is the id of an event; without it, changes are told from now on. */
export type TaskEventsOptions = FollowOptions;

/** Follows `GET /api/events`: see `followStream`. */
export function followTaskEvents(
  transport: HttpTransport,
  filter: TaskFilterJson,
  options: TaskEventsOptions,
): AsyncGenerator<TaskEvent, void> {
  const stream = { path: "/api/events", query: { ...filter }, read: taskEventOf };
  return followStream<TaskEvent>(transport, stream, options);
}

/** What a follower of one task is told: its changes, and what its code logs. */
export type OneTaskEvent = TaskEvent | { readonly kind: "line"; readonly line: LogLineJson };

/** How one task is followed. `after` is the id of an event of such a stream. */
export interface OneTaskOptions extends FollowOptions {
  /** `RUN.LINE` of the last line that is known; without it, the log is told from its beginning. */
  readonly log?: string;
}

/** Follows `GET /api/tasks/{id}/events`: see `followStream`. */
export function followOneTask(
  transport: HttpTransport,
  id: string,
  { log, ...options }: OneTaskOptions,
): AsyncGenerator<OneTaskEvent, void> {
  const stream = { path: taskPath(id, "/events"), query: { log }, read: oneTaskEventOf };
  return followStream<OneTaskEvent>(transport, stream, options);
}

function oneTaskEventOf(event: ServerSentEvent): OneTaskEvent | null {
  if (event.event !== "line") return taskEventOf(event);
  return { kind: "line", line: JSON.parse(event.data) as LogLineJson };
}

function taskEventOf({ event, data, id }: ServerSentEvent): TaskEvent | null {
  switch (event) {
    case "reset":
      return { kind: "reset" };
    case "task":
      return { kind: "task", task: JSON.parse(data) as TaskJson, eventId: id };
    case "deleted": {
      const gone = JSON.parse(data) as { readonly id: string };
      return { kind: "deleted", id: gone.id, eventId: id };
    }
    default:
      // A newer node may tell more than this client knows of.
      return null;
  }
}
