import { v7 as uuidv7 } from "uuid";
import { type Items, itemsOf } from "./answer_body.ts";
import { ApiError } from "./api_error.ts";
import { taskPath, workflowPath } from "./api_path.ts";
import { pause } from "./backoff.ts";
import type {
  ListOptions,
  LogPageOptions,
  PageOptions,
  WaitOptions,
  WorkflowListOptions,
} from "./client_options.ts";
import type { ExplanationJson } from "./explanation_json.ts";
import type { RequestOptions } from "./http_transport.ts";
import { followLog, type LogEvent, type LogEventsOptions } from "./log_events.ts";
import { OperatorClient } from "./operator_client.ts";
import { CHANGE_MS } from "./rest_calls.ts";
import type {
  BatchChangeJson,
  ChangeManyOptions,
  RetryManyOptions,
  TaskSelectionJson,
} from "./task_change_json.ts";
import {
  followOneTask,
  followTaskEvents,
  type OneTaskEvent,
  type OneTaskOptions,
  type TaskEvent,
  type TaskEventsOptions,
} from "./task_events.ts";
import type {
  ArgumentValue,
  AttemptJson,
  BatchResultJson,
  LogLineJson,
  LogPageJson,
  PageJson,
  SubmissionJson,
  SubmittedTaskJson,
  TaskFilterJson,
  TaskJson,
  TaskResultJson,
  WorkflowDetailsJson,
  WorkflowJson,
  WorkflowRunJson,
  WorkflowSubmissionJson,
} from "./task_json.ts";

/** One long poll of `waitForEnd`, in ms. */
const POLL_MS = 30_000;
/** Tries while a wait or a stream outlasts a restart of the node. */
const PATIENT_RETRIES = 20;
/**
 * Every operation of the REST API, as it is: JSON in the notation of the API goes in and out, times are
 * ISO 8601, lengths of time are in ms. `Client` is the same with tasks whose types are known.
 *
 * Submissions carry an id from here on, so that one whose answer was lost is sent again and still
 * happens once. Each operation throws an `ApiError` when the node refuses it (404 for what is not
 * there, 403 without the scope, 409 where it does not fit the state), and a `ConnectionError` when no
 * answer came after every retry.
 */
export class RestClient extends OperatorClient {
  /**
   * Submits a task; a known id with the same content gives the task as it is now. With `unique` the
   * answer may be another task that was there, marked as `duplicate`.
   */
  submit(submission: SubmissionJson): Promise<SubmittedTaskJson> {
    return this.send("/api/tasks", withId(submission));
  }

  /** Submits 1 to 10,000 tasks, each accepted or refused on its own; answers in order. */
  async submitBatch(tasks: readonly SubmissionJson[]): Promise<readonly BatchResultJson[]> {
    const body = { tasks: tasks.map(withId) };
    const answer = await this.send<{ readonly results: readonly BatchResultJson[] }>(
      "/api/tasks/batch",
      body,
    );
    return answer.results;
  }

  /** Submits a graph, stored whole or not at all. */
  submitWorkflow(workflow: WorkflowSubmissionJson): Promise<WorkflowJson> {
    return this.send("/api/workflows", withId(workflow));
  }

  /** The task as it is now. */
  get(id: string): Promise<TaskJson> {
    return this.read(taskPath(id));
  }

  /** A page of tasks, newest first. */
  list(options: ListOptions = {}): Promise<PageJson<TaskJson>> {
    return this.read("/api/tasks", { query: { ...options } });
  }

  /** A workflow with its tasks: all, or a page of them; `limit` is 0, for none, to 1,000. */
  getWorkflow(id: string, options: PageOptions = {}): Promise<WorkflowDetailsJson> {
    return this.read(workflowPath(id), { query: { ...options } });
  }

  /** A page of workflows, newest first. */
  listWorkflows(options: WorkflowListOptions = {}): Promise<PageJson<WorkflowJson>> {
    return this.read("/api/workflows", { query: { ...options } });
  }

  /** A page of the runs of a workflow's tasks, by task and run; `limit` is 1 to 1,000. */
  workflowRuns(id: string, options: PageOptions = {}): Promise<PageJson<WorkflowRunJson>> {
    return this.read(workflowPath(id, "/runs"), { query: { ...options } });
  }

  /**
   * The task's result, waited for up to `waitMs` (60,000 at most). The status is `completed` when
   * it is there. Throws an `ApiError` with status 409 when the task ended otherwise.
   */
  result(
    id: string,
    { waitMs = 0, signal }: WaitOptions & { readonly waitMs?: number } = {},
  ): Promise<TaskResultJson> {
    return this.#result(id, { waitMs, signal });
  }

  /** Waits until the task has ended in whatever way, over restarts of the node. */
  async waitForEnd(id: string, { signal }: WaitOptions = {}): Promise<TaskJson> {
    const patience = { waitMs: POLL_MS, signal, maxRetries: PATIENT_RETRIES };
    for (let ended = false; !ended;) {
      const askedAt = performance.now();
      try {
        ended = (await this.#result(id, patience)).status === "completed";
      } catch (error) {
        if (!(error instanceof ApiError && error.status === 409)) throw error;
        ended = true;
      }
      // A node with too many waiters answers at once: then the pace is ours.
      if (!ended && performance.now() - askedAt < 1_000) await pause(1_000, signal);
    }
    return await this.read(taskPath(id), patience);
  }

  /** Asks for a task to be cancelled: it is, or (still `running`) it will be when its code stops. */
  cancel(id: string): Promise<TaskJson> {
    return this.send(taskPath(id, "/cancel"));
  }

  /** Runs a failed or cancelled task again, with `args` instead of its own when given. */
  retry(id: string, args?: readonly ArgumentValue[]): Promise<TaskJson> {
    const body = args === undefined ? undefined : { args };
    return this.send(taskPath(id, "/retry"), body, { repeatable: false });
  }

  /** Cancels many tasks that have not ended; by filter, at most 100,000 at a call. */
  cancelMany(
    selection: TaskSelectionJson,
    options: ChangeManyOptions = {},
  ): Promise<BatchChangeJson> {
    return this.send("/api/tasks/cancel", { ...selection, ...options }, { waitMs: CHANGE_MS });
  }

  /** Runs many failed or cancelled tasks again; by filter, at most 100,000 at a call. */
  retryMany(
    selection: TaskSelectionJson,
    options: RetryManyOptions = {},
  ): Promise<BatchChangeJson> {
    const more = { repeatable: options.dryRun === true, waitMs: CHANGE_MS };
    return this.send("/api/tasks/retry", { ...selection, ...options }, more);
  }

  /** Deletes a task that has ended and that nothing live depends on. */
  async delete(id: string): Promise<void> {
    await this.transport.request({ method: "DELETE", path: taskPath(id), repeatable: false });
  }

  /** The runs of a task so far, oldest first. */
  async attempts(id: string): Promise<readonly AttemptJson[]> {
    return itemsOf(await this.read<Items<AttemptJson>>(taskPath(id, "/attempts")));
  }

  /** What the task's code has logged so far, 1,000 lines a request. */
  async logs(id: string): Promise<readonly LogLineJson[]> {
    const lines: LogLineJson[] = [];
    let page = await this.logPage(id);
    while (page.nextAfter !== null) {
      lines.push(...page.items);
      page = await this.logPage(id, { after: page.nextAfter });
    }
    return [...lines, ...page.items];
  }

  /** A part of what the task's code has logged. */
  logPage(id: string, options: LogPageOptions = {}): Promise<LogPageJson> {
    return this.read(taskPath(id, "/logs"), { query: { ...options } });
  }

  /**
   * Follows what the task's code logs, from the first line or `after` on, up to the task's end. A
   * connection that was cut is resumed; leave the loop to end it earlier.
   */
  followLogs(id: string, options: LogEventsOptions = {}): AsyncGenerator<LogEvent, void> {
    return followLog(this.transport, id, options);
  }

  /**
   * Follows one task and what its code logs on one connection, beyond its end; leave the loop to end
   * it. A connection that was cut is resumed.
   */
  followTask(id: string, options: OneTaskOptions = {}): AsyncGenerator<OneTaskEvent, void> {
    return followOneTask(this.transport, id, options);
  }

  /** A page of the tasks that depend on one, in the order of their submission. */
  dependents(
    id: string,
    options: Pick<ListOptions, "limit" | "cursor"> = {},
  ): Promise<PageJson<TaskJson>> {
    return this.read(taskPath(id, "/dependents"), { query: { ...options } });
  }

  /** Why a task is not running, what it is doing, or how it ended. */
  explain(id: string): Promise<ExplanationJson> {
    return this.read(taskPath(id, "/explain"));
  }

  /** Cancels all tasks of a workflow that have not ended; what runs is cancelled when its code stops. */
  cancelWorkflow(id: string): Promise<WorkflowJson> {
    return this.send(workflowPath(id, "/cancel"));
  }

  /** Runs what failed or was cancelled in a workflow again, and what was skipped because of that. */
  retryWorkflow(id: string): Promise<WorkflowJson> {
    return this.send(workflowPath(id, "/retry"), undefined, { repeatable: false });
  }

  /** Follows changes of tasks, resuming where a connection was cut. Leave the loop to end it. */
  events(
    filter: TaskFilterJson = {},
    options: TaskEventsOptions = {},
  ): AsyncGenerator<TaskEvent, void> {
    return followTaskEvents(this.transport, filter, options);
  }

  async #result(
    id: string,
    options: Pick<RequestOptions, "signal" | "maxRetries"> & { readonly waitMs: number },
  ): Promise<TaskResultJson> {
    const query = options.waitMs === 0 ? {} : { waitMs: options.waitMs };
    return await this.read(taskPath(id, "/result"), { ...options, query });
  }
}

function withId<T extends { readonly id?: string }>(submission: T): T & { readonly id: string } {
  return { ...submission, id: submission.id ?? uuidv7() };
}
