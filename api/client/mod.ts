/** The client of the REST API, for programs and for the command line. */
export { ApiError, ConnectionError } from "./api_error.ts";
export { Client, type SubmitOptions } from "./client.ts";
export type {
  ClientOptions,
  ListOptions,
  LogPageOptions,
  PageOptions,
  WaitOptions,
  WorkflowListOptions,
} from "./client_options.ts";
export * from "./dead_letter_json.ts";
export type { FollowOptions, StreamOpened } from "./follow_stream.ts";
export type { TokenSource } from "./http_transport.ts";
export { toJsonText } from "./json_text.ts";
export type { LogEvent, LogEventsOptions } from "./log_events.ts";
export type { OneTaskEvent, OneTaskOptions, TaskEvent, TaskEventsOptions } from "./task_events.ts";
export * from "./schedule_json.ts";
export * from "./task_change_json.ts";
export * from "./task_json.ts";
export type { CauseJson, ExplanationJson, RootCauseJson } from "./explanation_json.ts";
export { TaskOutcomeError, WorkflowOutcomeError } from "./outcome_error.ts";
export { RestClient } from "./rest_client.ts";
export { ResultReference } from "./result_reference.ts";
export type {
  ExecutorJson,
  PulseEvent,
  ReadinessJson,
  StatsJson,
  SystemJson,
} from "./system_json.ts";
export type * from "./traffic_json.ts";
export { TaskHandle } from "./task_handle.ts";
export type {
  AnyTask,
  ArgumentsOf,
  GivenArguments,
  LooseArgument,
  LooseTask,
  ResultOf,
  Value,
} from "./typed_task.ts";
export {
  Workflow,
  type WorkflowOptions,
  type WorkflowTask,
  type WorkflowTaskOptions,
} from "./workflow.ts";
export { WorkflowHandle } from "./workflow_handle.ts";
