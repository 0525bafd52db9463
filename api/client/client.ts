import { v7 as uuidv7 } from "uuid";
import type { ClientOptions } from "./client_options.ts";
import { RestClient } from "./rest_client.ts";
import type {
  SubmissionJson,
  SubmittedTaskJson,
  WorkflowJson,
  WorkflowSubmissionJson,
} from "./task_json.ts";
import { TaskHandle } from "./task_handle.ts";
import type { AnyTask, ArgumentsOf, GivenArguments, LooseTask, ResultOf } from "./typed_task.ts";
import { encodeArguments } from "./value_json.ts";
import { Workflow, type WorkflowTask } from "./workflow.ts";
import { WorkflowHandle } from "./workflow_handle.ts";

/** Settings of a task; what is absent comes from its definition. */
export interface SubmitOptions
  extends Omit<SubmissionJson, "method" | "args" | "payload" | "deps"> {
  /** What it waits for beside the results that it is given: handles or ids. */
  readonly deps?: readonly (TaskHandle<unknown> | string)[];
}

/**
 * A client of a node: tasks with the types of their definitions, and every operation of the REST API.
 * It runs in Deno, Node 20 and browsers. Whatever may be repeated is, with backoff, while the node is
 * busy or away: submissions carry an id from here on, so that one whose answer was lost happens once.
 *
 * @example
 * ```ts
 * import { Client, task } from "dtask";
 * import { z } from "zod";
 *
 * const add = task({
 *   name: "add",
 *   mode: "async",
 *   input: z.tuple([z.number(), z.number()]),
 *   run: ([a, b]) => a + b,
 * });
 * const client = new Client({
 *   url: Deno.env.get("DTASK_URL") ?? "http://127.0.0.1:8080",
 *   token: Deno.env.get("DTASK_TOKEN") ?? null,
 * });
 * const sum = await client.submit(add, [1, 2], { queue: "default" });
 * const result: number = await sum.wait();
 * console.assert(result === 3);
 * ```
 */
export class Client extends RestClient {
  readonly #options: ClientOptions;

  constructor(options: ClientOptions) {
    super(options);
    this.#options = options;
  }

  /**
   * Submits a task by its definition.
   *
   * @param args What it takes; results of other tasks may stand in it at any depth, and it then waits
   * for those.
   * @throws {ApiError} when the node refuses it: an unknown method, a full node, no right to.
   * @throws {ConnectionError} when no answer came: it may have been accepted.
   * @throws {TypeError} when an argument can't be sent.
   */
  override submit<T extends AnyTask>(
    task: T,
    args: GivenArguments<ArgumentsOf<T>>,
    options?: SubmitOptions,
  ): Promise<TaskHandle<ResultOf<T>>>;
  /**
   * Submits a task by its name. Nothing is known then of what it takes and gives, unless the type of
   * its definition is said: `client.submit<typeof add>("add", [1, 2])`.
   */
  override submit<T extends AnyTask = LooseTask>(
    name: string,
    args: GivenArguments<ArgumentsOf<T>>,
    options?: SubmitOptions,
  ): Promise<TaskHandle<ResultOf<T>>>;
  /** Submits a task as the REST API takes it, and gives it as it answers. */
  override submit(submission: SubmissionJson): Promise<SubmittedTaskJson>;
  override async submit(
    task: AnyTask | string | SubmissionJson,
    args?: readonly unknown[],
    { deps = [], ...settings }: SubmitOptions = {},
  ): Promise<unknown> {
    if (typeof task !== "string" && "method" in task) return await super.submit(task);
    const sent = encodeArguments(args ?? []);
    const names = new Set([
      ...deps.map((dep) => typeof dep === "string" ? dep : dep.id),
      ...sent.references.map(({ name, workflow }) => {
        if (workflow === null) return name;
        throw new TypeError(
          `Cannot depend on task "${name}" of a workflow: give the result of its handle, ` +
            "client.task(task).result",
        );
      }),
    ]);
    const submission = {
      ...settings,
      id: settings.id ?? uuidv7(),
      method: typeof task === "string" ? task : task.name,
      args: sent.args,
      ...(names.size > 0 && { deps: [...names] }),
    };
    // With `unique` it may be another task that was there.
    const { id } = await super.submit(submission);
    return new TaskHandle(this, id);
  }

  /** Submits a graph, stored whole or not at all. */
  override submitWorkflow(workflow: Workflow): Promise<WorkflowHandle>;
  /** Submits a graph as the REST API takes it, and gives it as it answers. */
  override submitWorkflow(workflow: WorkflowSubmissionJson): Promise<WorkflowJson>;
  override async submitWorkflow(workflow: Workflow | WorkflowSubmissionJson): Promise<unknown> {
    if (!(workflow instanceof Workflow)) return await super.submitWorkflow(workflow);
    await super.submitWorkflow(workflow.toJSON());
    return new WorkflowHandle(this, workflow.id);
  }

  /** A task of a workflow that was submitted. */
  task<Result>(task: WorkflowTask<Result>): TaskHandle<Result>;
  /** A task by its id; its type says what the result is: `client.task<typeof add>(id)`. */
  task<T extends AnyTask = LooseTask>(id: string): TaskHandle<ResultOf<T>>;
  task(task: WorkflowTask<unknown> | string): TaskHandle<unknown> {
    return new TaskHandle(this, typeof task === "string" ? task : task.id);
  }

  /** A workflow by its id. */
  workflow(id: string): WorkflowHandle {
    return new WorkflowHandle(this, id);
  }

  /** The same client, all of whose requests, waits and streams `signal` aborts, too. */
  withSignal(signal: AbortSignal): Client {
    const { signal: own } = this.#options;
    const both = own === undefined ? signal : AbortSignal.any([own, signal]);
    return new Client({ ...this.#options, signal: both });
  }
}
