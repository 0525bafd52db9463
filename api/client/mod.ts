/** The client of the REST API, for programs and for the command line. */
export { ApiError, ConnectionError } from "./api_error.ts";
export { Client } from "./client.ts";
export type {
  ClientOptions,
  ListOptions,
  LogPageOptions,
  PageOptions,
  WaitOptions,
  WorkflowListOptions,
} from "./client_options.ts";
export * from "./dead_letter_json.ts";
export type { TokenSource } from "./http_transport.ts";
export { toJsonText } from "./json_text.ts";
export type { LogEvent, LogEventsOptions } from "./log_events.ts";
export type { TaskEvent, TaskEventsOptions } from "./task_events.ts";
export * from "./schedule_json.ts";
export * from "./task_change_json.ts";
export * from "./task_json.ts";
export type { CauseJson, ExplanationJson, RootCauseJson } from "./explanation_json.ts";
