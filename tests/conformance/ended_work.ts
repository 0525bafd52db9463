/** Work that has ended, for the cases of retention and deletion. */
import type { WorkflowStatus } from "../../actors/domain/task.ts";
import type { NewTask, NewWorkflow } from "../../actors/storage/port.ts";
import { newTask, NOT_READY, T0 } from "./store_fixture.ts";

/** A task that ended at `finishedAt`. */
export function endedTask(num: number, finishedAt: number, more: Partial<NewTask> = {}): NewTask {
  return newTask(num, { ...NOT_READY, status: "completed", run: 1, finishedAt, ...more });
}

/** A workflow without tasks. */
export function endedWorkflow(num: number, status: WorkflowStatus, finishedAt: number | null) {
  const more: Pick<NewWorkflow, "name" | "contentHash"> = { name: null, contentHash: "h" };
  return { id: `workflow-${num}`, num, status, createdAt: T0, finishedAt, ...more };
}

/** The state of a task that was cancelled before it ran. */
export const ENDED = { ...NOT_READY, status: "cancelled", finishedAt: T0 } as const;

/** What makes a task one of the first workflow. */
export const IN_WORKFLOW = { workflowId: "workflow-1", workflowNum: 1 };
