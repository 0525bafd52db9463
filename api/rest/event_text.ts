/** What watchers are told, as server-sent events. */
import { unreachable } from "../../actors/domain/exhaustive.ts";
import { encodeEventId } from "../event_id.ts";
import type { LogUpdate } from "../log_watch.ts";
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

/** The numbers of the node. */
export function pulseEvent(update: PulseUpdate): string {
  return update.kind === "ping" ? ": ping\n\n" : `event: pulse\ndata: ${update.json}\n\n`;
}

function event(name: string, data: unknown, id?: string): string {
  const place = id === undefined ? "" : `id: ${id}\n`;
  return `event: ${name}\n${place}data: ${JSON.stringify(data)}\n\n`;
}
