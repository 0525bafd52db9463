/** What else a task has to do with, as its labels and its state say. */
import type { TaskView } from "../../../schema.ts";

/** Where a task comes from. */
export interface TaskOrigin {
  readonly schedule: string | null;
  /** The time of the schedule's tick; null where somebody started it by hand. */
  readonly tick: string | null;
  /** The task whose failure it handles. */
  readonly failed: string | null;
}

/** Where `task` comes from, by the labels that the scheduler gives. */
export function originOf({ labels }: Pick<TaskView, "labels">): TaskOrigin {
  return {
    schedule: labels["dtask.schedule"] ?? null,
    tick: labels["dtask.tick"] ?? null,
    failed: labels["dtask.onFailureOf"] ?? null,
  };
}

/** Finds the tasks that handle the failures of the task `id`, by the names that they are given. */
export function handlersQuery(
  id: string,
): { readonly q: string; readonly label: string } {
  return { q: `${id}:on-failure:`, label: `dtask.onFailureOf:${id}` };
}

/** True once a task has ended, in whatever way. */
export function hasEnded({ status }: Pick<TaskView, "status">): boolean {
  return status === "completed" || status === "failed" ||
    status === "cancelled" ||
    status === "skipped";
}

/** The address of a task's page. */
export function taskPath(id: string): string {
  return `/tasks/${encodeURIComponent(id)}`;
}
