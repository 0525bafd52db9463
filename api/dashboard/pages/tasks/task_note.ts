/** The one thing worth saying of a task in a row: why it failed, how far it is, what it waits for. Pure. */
import type { TaskView } from "../../../schema.ts";
import { formatCount, formatRelative, formatShare } from "../../ui/format.ts";

/** What a note is of. */
export type NotedTask = Pick<
  TaskView,
  | "status"
  | "error"
  | "progress"
  | "cancelRequestedAt"
  | "runAt"
  | "deps"
  | "reason"
  | "attempt"
  | "maxAttempts"
>;

/** The note as text; empty where there is nothing to say. `now` is epoch ms. */
export function taskNote(task: NotedTask, now: number): string {
  const { status, error, deps, runAt } = task;
  switch (status) {
    case "running":
      return task.cancelRequestedAt === null ? progressText(task) : "told to stop";
    case "scheduled":
      return joined(
        runAt === null ? "" : `due ${formatRelative(Date.parse(runAt), now)}`,
        error === null ? "" : `after ${firstLine(error.message)}`,
      );
    case "blocked":
      return `waits for ${formatCount(deps.length, "task")}`;
    case "pending":
      return error === null ? "" : `again after: ${firstLine(error.message)}`;
    case "failed":
    case "cancelled":
      return error === null ? "" : firstLine(error.message);
    default:
      return "";
  }
}

function progressText({ progress }: NotedTask): string {
  if (progress === null) return "";
  return joined(
    formatShare(progress.fraction),
    progress.note ?? "",
  );
}

function firstLine(text: string): string {
  return text.trim().split("\n", 1)[0] ?? "";
}

function joined(...parts: readonly string[]): string {
  return parts.filter((part) => part !== "").join(", ");
}
