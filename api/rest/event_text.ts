/** What watchers are told, as server-sent events. */
import { unreachable } from "../../actors/domain/exhaustive.ts";
import type { LogPlace } from "../../actors/domain/task.ts";
import { encodeEventId } from "../event_id.ts";
import type { LogUpdate } from "../log_watch.ts";
import type { MergedUpdate } from "../merged_watch.ts";
import type { PulseUpdate } from "../pulse_watch.ts";
import { logLineView, taskView } from "../task_view.ts";
import type { WatchUpdate } from "../task_watch.ts";

/** A change of a task. */
export function changeEvent(update: WatchUpdate): string {
  const id = encodeEventId(update.seq);
  switch (update.kind) {
    case "task":
      return event("task", taskView(update.task), id);
    case "deleted":
      return event("deleted", { id: update.id }, id);
    case "reset":
      return event("reset", {}, id);
    case "ping":
      // An id alone moves the place to resume from past what the filter leaves out.
      return `: ping\nid: ${id}\n\n`;
    default:
      return unreachable(update);
  }
}

/** Something of a task's log. */
export function logEvent(update: LogUpdate): string {
  switch (update.kind) {
    case "line": {
      const { run, line } = update.line;
      return event("line", logLineView(update.line), `${run}.${line}`);
    }
    case "end":
      return event("end", { status: update.status });
    case "deleted":
      return event("deleted", {});
    case "ping":
      return ": ping\n\n";
    default:
      return unreachable(update);
  }
}

/** Where a watcher of one task stands: after a change, and after a line of its log. */
export interface OneTaskPlace {
  readonly seq: number;
  readonly line: LogPlace | null;
}

/** Changes of the task `id` and lines of its log as events whose ids hold both places. */
export function oneTaskEvents(
  id: string,
  { seq, line }: OneTaskPlace,
): (update: MergedUpdate<WatchUpdate, LogUpdate>) => string {
  return (update) => {
    if ("first" in update) seq = update.first.seq;
    else if (update.second.kind === "line") line = update.second.line;
    const place = encodeOneTaskPlace({ seq, line });
    const told = "first" in update ? changeOf(id, update.first) : lineOf(id, update.second);
    return told === null ? `: ping\nid: ${place}\n\n` : event(told.name, told.data, place);
  };
}

/** What a change means for the task `id`: there are others whose ids begin like it. */
function changeOf(id: string, change: WatchUpdate) {
  if (change.kind === "reset") return { name: "reset", data: {} };
  if (change.kind === "deleted" && change.id === id) return { name: "deleted", data: { id } };
  const isOwn = change.kind === "task" && change.task.id === id;
  return isOwn ? { name: "task", data: taskView(change.task) } : null;
}

function lineOf(id: string, update: LogUpdate) {
  if (update.kind === "line") return { name: "line", data: logLineView(update.line) };
  return update.kind === "deleted" ? { name: "deleted", data: { id } } : null;
}

/** `SEQ`, or `SEQ-RUN.LINE`. */
function encodeOneTaskPlace({ seq, line }: OneTaskPlace): string {
  return encodeEventId(seq) + (line === null ? "" : `-${line.run}.${line.line}`);
}

/** The two parts of the id of a task's event; the second is empty where it has none. */
export function splitOneTaskId(text: string): readonly [seq: string, line: string] {
  const [seq = "", line = ""] = text.split("-");
  return [seq, line];
}

/** The numbers of the node. */
export function pulseEvent(update: PulseUpdate): string {
  return update.kind === "ping" ? ": ping\n\n" : `event: pulse\ndata: ${update.json}\n\n`;
}

function event(name: string, data: unknown, id?: string): string {
  const place = id === undefined ? "" : `id: ${id}\n`;
  return `event: ${name}\n${place}data: ${JSON.stringify(data)}\n\n`;
}
