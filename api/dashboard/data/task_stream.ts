/** Exact changes of some tasks, for the pages of a task and of a workflow. */
import { useEffect, useEffectEvent } from "react";
import type { TaskView } from "../../schema.ts";
import { withQuery } from "./api.ts";
import { openEventSource } from "./event_source.ts";

/** What the server tells of tasks; `reset`: read them anew, more may have changed than it can tell. */
export type TaskChange =
  | { readonly kind: "task"; readonly task: TaskView }
  | { readonly kind: "deleted"; readonly id: string }
  | { readonly kind: "reset" };

/** Which tasks, by the names of `GET /api/events`. */
export type TaskStreamFilter = Readonly<Record<string, string>>;

/** Calls `onChange` for each change of the tasks that `filter` names; null follows none. */
export function useTaskChanges(
  filter: TaskStreamFilter | null,
  onChange: (change: TaskChange) => void,
): void {
  const tell = useEffectEvent(onChange);
  const path = filter === null ? null : withQuery("/api/events", filter);
  useEffect(() => {
    if (path === null) return;
    return openEventSource({
      path,
      // What was read before the stream stood may have changed in between.
      onOpen: (again) => again || tell({ kind: "reset" }),
      onEvent: ({ name, data }) => {
        const change = readChange(name, data);
        if (change !== null) tell(change);
      },
    });
  }, [path]);
}

function readChange(name: string, data: string): TaskChange | null {
  if (name === "task") return { kind: "task", task: JSON.parse(data) };
  if (name === "deleted") return { kind: "deleted", id: JSON.parse(data).id };
  return name === "reset" ? { kind: "reset" } : null;
}
