/** What a reader answers as text. */
import type { TaskRecord, WorkflowRecord } from "../../../actors/domain/task.ts";
import { taskJson, workflowJson } from "../../../actors/domain/task_json.ts";
import type { JsonText } from "../../../actors/protocol.ts";

export function writtenTasks(tasks: Iterable<TaskRecord>): JsonText {
  return JSON.stringify({ items: [...tasks].map((task) => taskJson(task)), nextCursor: null });
}

export function writtenWorkflow(
  workflow: WorkflowRecord,
  tasks: readonly TaskRecord[] = [],
  nextCursor: string | null = null,
): JsonText {
  const shown = tasks.map((task) => taskJson(task, true));
  return JSON.stringify({ ...workflowJson(workflow), tasks: shown, nextCursor });
}
