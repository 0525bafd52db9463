/** The log of a task as its lines come. */
import { useEffect, useRef, useState } from "react";
import { withQuery } from "./api.ts";
import { openEventSource } from "./event_source.ts";
import { type HeldLines, type LogLine, NO_LINES, withLines } from "./log_lines.ts";

/** The lines held so far, and how it stands with the rest. */
export interface TaskLog extends HeldLines {
  /** `reading`: there may be more already; `waiting`: those are all so far; `ended`: those are all. */
  readonly state: "reading" | "waiting" | "ended";
}

const NOTHING: TaskLog = { ...NO_LINES, state: "reading" };
/** What comes in so long is shown together. */
const GATHER_MS = 50;
/** Where no line comes for so long, those were all so far. */
const QUIET_MS = 400;

/** Follows the log of a task from `after` on while it is live; what has ended is read to its end. */
export function useTaskLog(
  id: string,
  { after, live }: { readonly after: string | null; readonly live: boolean },
): TaskLog {
  const [log, setLog] = useState(NOTHING);
  const shown = useRef(after);
  useEffect(() => {
    // Another place to begin with: what is held would have a gap.
    if (shown.current !== after) setLog(NOTHING);
    shown.current = after;
    return followLog(
      withQuery(`/api/tasks/${encodeURIComponent(id)}/logs`, { after }),
      setLog,
    );
    // A task that has ended may be run again: then its stream is opened once more.
  }, [id, after, live]);
  return log;
}

function followLog(
  path: string,
  update: (change: (log: TaskLog) => TaskLog) => void,
): () => void {
  let gathered: LogLine[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  const flush = (state: TaskLog["state"]) => {
    clearTimeout(timer);
    timer = undefined;
    const lines = gathered;
    gathered = [];
    update((log) => ({ ...withLines(log, lines), state }));
    if (state === "reading") {
      timer = setTimeout(() => flush("waiting"), QUIET_MS);
    }
  };
  const close = openEventSource({
    path,
    onOpen: () => flush("reading"),
    onEvent: ({ name, data }) => {
      if (name === "line") {
        if (gathered.length === 0) {
          clearTimeout(timer);
          timer = setTimeout(() => flush("reading"), GATHER_MS);
        }
        gathered.push(JSON.parse(data));
      } else if (name === "end" || name === "deleted") {
        close();
        flush("ended");
      }
    },
  });
  return () => {
    clearTimeout(timer);
    close();
  };
}
