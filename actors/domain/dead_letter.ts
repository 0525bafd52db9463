import { FAILURE_REASONS, type FailureReason, type TaskState } from "./task.ts";

/** What says whether a task is a dead letter. */
export type DeadLetterState = Pick<TaskState, "status" | "reason" | "discardedAt">;

/** Why a task waits as a dead letter, having failed and not been discarded; null for any other task. */
export function deadLetterReason(task: DeadLetterState): FailureReason | null {
  if (task.status !== "failed" || task.discardedAt !== null) return null;
  return FAILURE_REASONS.find((reason) => reason === task.reason) ?? null;
}

/** True for a failed task that nobody has sent round again or discarded. */
export function isDeadLetter(task: DeadLetterState): boolean {
  return deadLetterReason(task) !== null;
}
