import type { TokenSource } from "./http_transport.ts";
import type { TaskFilterJson, WorkflowFilterJson } from "./task_json.ts";

/** How a client reaches a node, and how patiently. */
export interface ClientOptions {
  /** Base URL of a node, as `http://127.0.0.1:8080`. */
  readonly url: string;
  /** A bearer token, or what gives one before each request. None when absent. */
  readonly token?: TokenSource;
  /** Further tries of a request without an answer or with a passing refusal; 8 when absent. */
  readonly maxRetries?: number;
  /** First pause between tries in ms, 100 when absent; doubles up to `retryMaxMs`, 5,000. */
  readonly retryInitialMs?: number;
  readonly retryMaxMs?: number;
  /** Longest time for one try, beyond what the server is asked to wait; 30,000 ms when absent. */
  readonly timeoutMs?: number;
  /** Aborts every request, wait and stream of the client. */
  readonly signal?: AbortSignal;
  readonly fetch?: typeof fetch;
  /** From 0 up to 1, for the pauses. */
  readonly random?: () => number;
}

/** Which page of a list. */
export interface PageOptions {
  /** 1 to 500. */
  readonly limit?: number;
  /** `nextCursor` of the page before. */
  readonly cursor?: string;
}

/** Which page of tasks. */
export interface ListOptions extends TaskFilterJson, PageOptions {}

/** Which page of workflows. */
export interface WorkflowListOptions extends WorkflowFilterJson, PageOptions {}

/** Which lines of a task's log. */
export interface LogPageOptions {
  /** Those that follow this place: `nextAfter` of a page, or `RUN.LINE` of a line. */
  readonly after?: string;
  /** 1 to 10,000; 1,000 when absent. */
  readonly limit?: number;
}

/** How a wait ends early. */
export interface WaitOptions {
  readonly signal?: AbortSignal;
}
