import type { WaitOptions } from "./client_options.ts";
import type { ExplanationJson } from "./explanation_json.ts";
import { TaskOutcomeError } from "./outcome_error.ts";
import type { RestClient } from "./rest_client.ts";
import { ResultReference } from "./result_reference.ts";
import type { AttemptJson, LogLineJson, TaskJson } from "./task_json.ts";
import type { Value } from "./typed_task.ts";
import { decodeResult } from "./value_json.ts";
import { watchTask } from "./watch.ts";

/** A task on a node, with the type of its result. */
export class TaskHandle<Result = Value> {
  readonly id: string;
  /** Its result as an argument of other tasks, which then wait for it. */
  readonly result: ResultReference<Result>;
  readonly #client: RestClient;

  constructor(client: RestClient, id: string) {
    this.id = id;
    this.result = new ResultReference(id, null);
    this.#client = client;
  }

  /**
   * Waits for the end of the task, over restarts of the node, and gives its result. It asks in long
   * polls and takes as long as the task; a `signal` ends the wait, not the task.
   *
   * @throws {TaskOutcomeError} when the task failed, was cancelled or skipped.
   * @throws {ApiError} when the node refuses, because there is no such task for one.
   * @throws {ConnectionError} when the node stays away.
   *
   * @example
   * ```ts
   * import { Client, TaskOutcomeError } from "dtask";
   *
   * const client = new Client({
   *   url: Deno.env.get("DTASK_URL") ?? "http://127.0.0.1:8080",
   *   token: Deno.env.get("DTASK_TOKEN") ?? null,
   * });
   * const task = await client.submit("fail", ["no such customer", false]);
   * try {
   *   await task.wait({ signal: AbortSignal.timeout(60_000) });
   * } catch (error) {
   *   if (!(error instanceof TaskOutcomeError)) throw error;
   *   console.assert(error.task.reason === "non_retryable");
   * }
   * ```
   */
  async wait(options: WaitOptions = {}): Promise<Result> {
    const task = await this.#client.waitForEnd(this.id, options);
    if (task.status !== "completed") throw new TaskOutcomeError(task);
    // The definition that `Result` comes from is the proof of what its code returns.
    return decodeResult(task.result) as Result;
  }

  /**
   * The task as it is, and again after each change, up to its end. Changes in quick succession may
   * come as one.
   *
   * @throws {ApiError} when there is no such task, or it is deleted meanwhile.
   *
   * @example
   * ```ts
   * import { Client } from "dtask";
   *
   * const client = new Client({
   *   url: Deno.env.get("DTASK_URL") ?? "http://127.0.0.1:8080",
   *   token: Deno.env.get("DTASK_TOKEN") ?? null,
   * });
   * const task = await client.submit("sleep", [20]);
   * for await (const { status, progress } of task.watch()) {
   *   console.assert(status !== "failed", progress?.note ?? "");
   * }
   * ```
   */
  watch(options: WaitOptions = {}): AsyncGenerator<TaskJson, void> {
    return watchTask(this.#client, this.id, options);
  }

  /** The task as it is now. */
  get(): Promise<TaskJson> {
    return this.#client.get(this.id);
  }

  /** Asks for it to be cancelled: it is, or (still `running`) it will be when its code stops. */
  cancel(): Promise<TaskJson> {
    return this.#client.cancel(this.id);
  }

  /** Runs it again, when it has failed or was cancelled. */
  retry(): Promise<TaskJson> {
    return this.#client.retry(this.id);
  }

  /** Why it is not running, what it is doing, or how it ended. */
  explain(): Promise<ExplanationJson> {
    return this.#client.explain(this.id);
  }

  /** What its code has logged so far. */
  logs(): Promise<readonly LogLineJson[]> {
    return this.#client.logs(this.id);
  }

  /** Its runs so far. */
  attempts(): Promise<readonly AttemptJson[]> {
    return this.#client.attempts(this.id);
  }
}
