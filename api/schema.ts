/** The one place where requests are described: validation, types and documentation come from it. */
export * from "./schema/action.ts";
export * from "./schema/answers.ts";
export * from "./schema/dead_letter.ts";
export * from "./schema/explain.ts";
export { invalid, parse, pointerTo } from "./schema/field_errors.ts";
export * from "./schema/query.ts";
export { queueInput, queueSettings } from "./schema/queue.ts";
export * from "./schema/schedule.ts";
export {
  batchInput,
  readArgs,
  readSubmission,
  type SubmissionContext,
  type TaskInput,
  taskInput,
  type WorkflowTaskInput,
  workflowTaskInput,
} from "./schema/submission.ts";
export * from "./schema/task_change.ts";
export { idText, queueText, scheduleText } from "./schema/text.ts";
export * from "./schema/traffic.ts";
export { readWorkflow, workflowInput } from "./schema/workflow.ts";
