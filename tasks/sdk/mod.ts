/** What task code imports: how to define a task, what it is handed, and how it fails on purpose. */
export { type Task, task, type TaskOptions, type UncheckedTaskOptions } from "./task.ts";
export type { TaskContext, TaskLog, TaskLogFields } from "./task_context.ts";
export {
  NonRetryableError,
  RetryAfter,
  type TaskAbortCause,
  TaskAbortError,
} from "./task_error.ts";
export type {
  TaskFailureHandler,
  TaskMode,
  TaskRetry,
  TaskRights,
  TaskSettings,
} from "./task_settings.ts";
export type { TaskValue } from "./value.ts";
