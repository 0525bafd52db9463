import type { TaskJson, WorkflowDetailsJson } from "./task_json.ts";

/** A task that was waited for has ended without a result: it failed, was cancelled or skipped. */
export class TaskOutcomeError extends Error {
  override readonly name = "TaskOutcomeError";
  /** The task as it ended: `status` and `reason` say how, `error` what its code threw last. */
  readonly task: TaskJson;

  constructor(task: TaskJson) {
    const why = task.error?.message ?? task.reason;
    const end = task.status === "failed" ? "failed" : `was ${task.status}`;
    super(`Task "${task.id}" (${task.method}) ${end}${why ? `: ${why}` : ""}`);
    this.task = task;
  }
}

/** A workflow that was waited for has failed or was cancelled. */
export class WorkflowOutcomeError extends Error {
  override readonly name = "WorkflowOutcomeError";
  /** The workflow with its tasks as they ended. */
  readonly workflow: WorkflowDetailsJson;

  constructor(workflow: WorkflowDetailsJson) {
    const failed = workflow.tasks.filter(({ status }) => status === "failed");
    const named = failed.slice(0, 3).map(({ key, id, error }) =>
      `"${key ?? id}"${error ? ` (${error.message})` : ""}`
    );
    const more = failed.length > named.length ? ` and ${failed.length - named.length} more` : "";
    const why = named.length === 0 ? "" : `: ${named.join(", ")}${more} failed`;
    const end = workflow.status === "failed" ? "failed" : `was ${workflow.status}`;
    super(`Workflow "${workflow.id}" ${end}${why}`);
    this.workflow = workflow;
  }
}
