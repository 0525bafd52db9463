import { v7 as uuidv7 } from "uuid";
import { bodyAs, type Items, itemsOf } from "./answer_body.ts";
import { ApiError } from "./api_error.ts";
import { queuePath, schedulePath, taskPath, workflowPath } from "./api_path.ts";
import { pause } from "./backoff.ts";
import type {
  ClientOptions,
  ListOptions,
  LogPageOptions,
  PageOptions,
  WaitOptions,
  WorkflowListOptions,
} from "./client_options.ts";
import type {
  DeadLetterJson,
  DeadLetterListOptions,
  DeadLetterSelectionJson,
} from "./dead_letter_json.ts";
import { HttpTransport, type RequestOptions } from "./http_transport.ts";
import { toJsonText } from "./json_text.ts";
import { followLog, type LogEvent, type LogEventsOptions } from "./log_events.ts";
import type {
  BackfillJson,
  PausedScheduleJson,
  ScheduleJson,
  ScheduleSettingsJson,
  TickJson,
  TickRangeJson,
} from "./schedule_json.ts";
import type {
  BatchChangeJson,
  ChangeManyOptions,
  RetryManyOptions,
  TaskSelectionJson,
} from "./task_change_json.ts";
import { followTaskEvents, type TaskEvent, type TaskEventsOptions } from "./task_events.ts";
import type { ExplanationJson } from "./explanation_json.ts";
import type {
  ArgumentValue,
  AttemptJson,
  BatchResultJson,
  LogLineJson,
  LogPageJson,
  MethodJson,
  NodeJson,
  PageJson,
  QueueJson,
  QueueSettingsJson,
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
/** How much longer than others a change of many tasks may take, in ms. */
const CHANGE_MS = 300_000;

/**
 * A typed client of the REST API. Submissions carry an id from here on, so that one whose answer
 * was lost is sent again and still happens once.
 *
 * @example
 * ```ts ignore
 * const client = new Client({ url: "http://127.0.0.1:8080", token });
 * const task = await client.submit({ method: "add", args: [1, 2] });
 * const ended = await client.waitForEnd(task.id);
 * console.log(ended.status, ended.result);
 * ```
 */
export class Client {
  readonly #transport: HttpTransport;

  constructor(options: ClientOptions) {
    this.#transport = new HttpTransport({
      url: options.url,
      token: options.token ?? null,
      fetch: options.fetch ?? globalThis.fetch,
      maxRetries: options.maxRetries ?? 8,
      backoff: {
        initialMs: options.retryInitialMs ?? 100,
        maxMs: options.retryMaxMs ?? 5_000,
        random: options.random ?? Math.random,
      },
      timeoutMs: options.timeoutMs ?? 30_000,
    });
  }

  /** Base URL of the node. */
  get url(): string {
    return this.#transport.options.url;
  }

  /**
   * Submits a task; a known id with the same content gives the task as it is now. With `unique` the
   * answer may be another task that was there, marked as `duplicate`.
   */
  submit(submission: SubmissionJson): Promise<SubmittedTaskJson> {
    return this.#post("/api/tasks", withId(submission));
  }

  /** Submits 1 to 10,000 tasks, each accepted or refused on its own; answers in order. */
  async submitBatch(tasks: readonly SubmissionJson[]): Promise<readonly BatchResultJson[]> {
    const body = { tasks: tasks.map(withId) };
    const answer = await this.#post<{ readonly results: readonly BatchResultJson[] }>(
      "/api/tasks/batch",
      body,
    );
    return answer.results;
  }

  /** Submits a graph, stored whole or not at all. */
  submitWorkflow(workflow: WorkflowSubmissionJson): Promise<WorkflowJson> {
    return this.#post("/api/workflows", withId(workflow));
  }

  /** The task as it is now. */
  get(id: string): Promise<TaskJson> {
    return this.#get(taskPath(id));
  }

  /** A page of tasks, newest first. */
  list(options: ListOptions = {}): Promise<PageJson<TaskJson>> {
    return this.#get("/api/tasks", { query: { ...options } });
  }

  /** A workflow with its tasks: all, or a page of them; `limit` is 0, for none, to 1,000. */
  getWorkflow(id: string, options: PageOptions = {}): Promise<WorkflowDetailsJson> {
    return this.#get(workflowPath(id), { query: { ...options } });
  }

  /** A page of workflows, newest first. */
  listWorkflows(options: WorkflowListOptions = {}): Promise<PageJson<WorkflowJson>> {
    return this.#get("/api/workflows", { query: { ...options } });
  }

  /** A page of the runs of a workflow's tasks, by task and run; `limit` is 1 to 1,000. */
  workflowRuns(id: string, options: PageOptions = {}): Promise<PageJson<WorkflowRunJson>> {
    return this.#get(workflowPath(id, "/runs"), { query: { ...options } });
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
    return await this.#get(taskPath(id), patience);
  }

  /** Asks for a task to be cancelled: it is, or (still `running`) it will be when its code stops. */
  cancel(id: string): Promise<TaskJson> {
    return this.#post(taskPath(id, "/cancel"));
  }

  /** Runs a failed or cancelled task again, with `args` instead of its own when given. */
  retry(id: string, args?: readonly ArgumentValue[]): Promise<TaskJson> {
    const body = args === undefined ? undefined : { args };
    return this.#post(taskPath(id, "/retry"), body, { repeatable: false });
  }

  /** Cancels many tasks that have not ended; by filter, at most 100,000 at a call. */
  cancelMany(
    selection: TaskSelectionJson,
    options: ChangeManyOptions = {},
  ): Promise<BatchChangeJson> {
    return this.#post("/api/tasks/cancel", { ...selection, ...options }, { waitMs: CHANGE_MS });
  }

  /** Runs many failed or cancelled tasks again; by filter, at most 100,000 at a call. */
  retryMany(
    selection: TaskSelectionJson,
    options: RetryManyOptions = {},
  ): Promise<BatchChangeJson> {
    const more = { repeatable: options.dryRun === true, waitMs: CHANGE_MS };
    return this.#post("/api/tasks/retry", { ...selection, ...options }, more);
  }

  /** Deletes a task that has ended and that nothing live depends on. */
  async delete(id: string): Promise<void> {
    await this.#transport.request({ method: "DELETE", path: taskPath(id), repeatable: false });
  }

  async attempts(id: string): Promise<readonly AttemptJson[]> {
    return itemsOf(await this.#get<Items<AttemptJson>>(taskPath(id, "/attempts")));
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
    return this.#get(taskPath(id, "/logs"), { query: { ...options } });
  }

  /**
   * Follows what the task's code logs, from the first line or `after` on, up to the task's end. A
   * connection that was cut is resumed; leave the loop to end it earlier.
   */
  followLogs(id: string, options: LogEventsOptions = {}): AsyncGenerator<LogEvent, void> {
    return followLog(this.#transport, id, options);
  }

  /** A page of the tasks that depend on one, in the order of their submission. */
  dependents(
    id: string,
    options: Pick<ListOptions, "limit" | "cursor"> = {},
  ): Promise<PageJson<TaskJson>> {
    return this.#get(taskPath(id, "/dependents"), { query: { ...options } });
  }

  /** Why a task is not running, what it is doing, or how it ended. */
  explain(id: string): Promise<ExplanationJson> {
    return this.#get(taskPath(id, "/explain"));
  }

  cancelWorkflow(id: string): Promise<WorkflowJson> {
    return this.#post(workflowPath(id, "/cancel"));
  }

  retryWorkflow(id: string): Promise<WorkflowJson> {
    return this.#post(workflowPath(id, "/retry"), undefined, { repeatable: false });
  }

  /** Follows changes of tasks, resuming where a connection was cut. Leave the loop to end it. */
  events(
    filter: TaskFilterJson = {},
    options: TaskEventsOptions = {},
  ): AsyncGenerator<TaskEvent, void> {
    return followTaskEvents(this.#transport, filter, options);
  }

  async queues(): Promise<readonly QueueJson[]> {
    return itemsOf(await this.#get<Items<QueueJson>>("/api/queues"));
  }

  configureQueue(name: string, settings: QueueSettingsJson): Promise<QueueJson> {
    return this.#post(queuePath(name), settings, { method: "PUT" });
  }

  pauseQueue(name: string): Promise<QueueJson> {
    return this.#post(queuePath(name, "/pause"));
  }

  resumeQueue(name: string): Promise<QueueJson> {
    return this.#post(queuePath(name, "/resume"));
  }

  async methods(): Promise<readonly MethodJson[]> {
    return itemsOf(await this.#get<Items<MethodJson>>("/api/methods"));
  }

  /** All nodes that share the database, live ones first; needs the scope `admin`. */
  async nodes(): Promise<readonly NodeJson[]> {
    return (await this.#get<{ readonly nodes: readonly NodeJson[] }>("/api/system")).nodes;
  }

  /** All schedules, by name, without long arguments and the tasks of workflows. */
  async schedules(): Promise<readonly ScheduleJson[]> {
    return itemsOf(await this.#get<Items<ScheduleJson>>("/api/schedules"));
  }

  getSchedule(name: string): Promise<ScheduleJson> {
    return this.#get(schedulePath(name));
  }

  /** Sets a schedule up, or anew as a whole. */
  putSchedule(name: string, settings: ScheduleSettingsJson): Promise<ScheduleJson> {
    return this.#post(schedulePath(name), settings, { method: "PUT" });
  }

  /** Deletes a schedule; what it has started goes on. */
  async deleteSchedule(name: string): Promise<void> {
    const path = schedulePath(name);
    await this.#transport.request({ method: "DELETE", path, repeatable: false });
  }

  pauseSchedule(name: string): Promise<PausedScheduleJson> {
    return this.#post(schedulePath(name, "/pause"));
  }

  resumeSchedule(name: string): Promise<PausedScheduleJson> {
    return this.#post(schedulePath(name, "/resume"));
  }

  /** Starts the work of a schedule once, now. */
  triggerSchedule(name: string): Promise<TickJson> {
    return this.#post(schedulePath(name, "/trigger"), undefined, { repeatable: false });
  }

  /** Fires the ticks of a past range that have not fired, 1,000 at most; doing it twice is once. */
  backfillSchedule(name: string, range: TickRangeJson): Promise<BackfillJson> {
    return this.#post(schedulePath(name, "/backfill"), range);
  }

  /** The decided ticks of a schedule, newest first; `limit` is 1 to 500, 50 when absent. */
  async scheduleTicks(
    name: string,
    query: { readonly limit?: number } = {},
  ): Promise<readonly TickJson[]> {
    return itemsOf(await this.#get<Items<TickJson>>(schedulePath(name, "/ticks"), { query }));
  }

  /** A page of failed tasks that were not discarded, newest first, with their runs. */
  deadLetters(options: DeadLetterListOptions = {}): Promise<PageJson<DeadLetterJson>> {
    return this.#get("/api/dead-letters", { query: { ...options } });
  }

  /**
   * Runs dead letters again, each with its own arguments or with `args`, and with what they had
   * skipped. By filter it changes at most 100,000 at a call.
   */
  redrive(
    selection: DeadLetterSelectionJson,
    options: RetryManyOptions = {},
  ): Promise<BatchChangeJson> {
    const more = { repeatable: options.dryRun === true, waitMs: CHANGE_MS };
    return this.#post("/api/dead-letters/redrive", { ...selection, ...options }, more);
  }

  /** Gives dead letters up: they stay as failed tasks. */
  discard(
    selection: DeadLetterSelectionJson,
    options: ChangeManyOptions = {},
  ): Promise<BatchChangeJson> {
    const body = { ...selection, ...options };
    return this.#post("/api/dead-letters/discard", body, { waitMs: CHANGE_MS });
  }

  async #result(
    id: string,
    options: Pick<RequestOptions, "signal" | "maxRetries"> & { readonly waitMs: number },
  ): Promise<TaskResultJson> {
    const query = options.waitMs === 0 ? {} : { waitMs: options.waitMs };
    return await this.#get(taskPath(id, "/result"), { ...options, query });
  }

  async #get<T>(path: string, more: Omit<RequestOptions, "path" | "method"> = {}): Promise<T> {
    return bodyAs((await this.#transport.request({ ...more, path })).body);
  }

  async #post<T>(
    path: string,
    body?: unknown,
    more: Pick<RequestOptions, "method" | "repeatable" | "waitMs"> = {},
  ): Promise<T> {
    const text = body === undefined ? {} : { body: toJsonText(body) };
    return bodyAs((await this.#transport.request({ method: "POST", path, ...text, ...more })).body);
  }
}

function withId<T extends { readonly id?: string }>(submission: T): T & { readonly id: string } {
  return { ...submission, id: submission.id ?? uuidv7() };
}
