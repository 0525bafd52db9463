import { isEnded } from "./task_state.ts";
import { TASK_STATUSES, type TaskStatus, type WorkflowStatus } from "./task.ts";

/** How many tasks of a workflow stand in each status; an absent status counts as 0. */
export type StatusCounts = Readonly<Partial<Record<TaskStatus, number>>>;

/**
 * What a workflow's tasks make of it: running while any is live, then failed if one failed, else
 * cancelled if one was cancelled, else completed. Skipped tasks alone do not fail it.
 */
export function workflowStatus(counts: StatusCounts): WorkflowStatus {
  const has = (status: TaskStatus) => (counts[status] ?? 0) > 0;
  if (TASK_STATUSES.some((status) => !isEnded(status) && has(status))) return "running";
  if (has("failed")) return "failed";
  return has("cancelled") ? "cancelled" : "completed";
}
