import { v7 as uuidv7 } from "uuid";
import { ResultReference } from "./result_reference.ts";
import type { SubmissionJson, WorkflowSubmissionJson } from "./task_json.ts";
import type {
  AnyTask,
  ArgumentsOf,
  GivenArguments,
  LooseTask,
  ResultOf,
  Value,
} from "./typed_task.ts";
import { encodeArguments } from "./value_json.ts";

/** What a workflow is called. */
export interface WorkflowOptions {
  /** Made when absent. Submitting the workflow again is submitting the same one. */
  readonly id?: string;
  /** For people; needs not be unique. */
  readonly name?: string;
}

/** Settings of a task in a workflow; what is absent comes from its definition. */
export interface WorkflowTaskOptions
  extends Omit<SubmissionJson, "id" | "method" | "args" | "payload" | "deps" | "unique"> {
  /** Its name in the workflow; made of the method's when absent. */
  readonly key?: string;
  /** What it waits for beside the results that it is given: tasks of the workflow, or ids. */
  readonly deps?: readonly (WorkflowTask<unknown> | string)[];
}

/** A task of a workflow, with the type of its result. */
export interface WorkflowTask<Result = Value> {
  /** Made on the client, so that the task can be asked for as soon as its workflow is submitted. */
  readonly id: string;
  readonly key: string;
  /** Its result as an argument of other tasks, which then wait for it. */
  readonly result: ResultReference<Result>;
}

type TaskJson = WorkflowSubmissionJson["tasks"][number];

/**
 * A graph of tasks in the making: what takes the result of another task depends on it, and the
 * compiler checks that it fits.
 *
 * @example
 * ```ts
 * import { Client, task, Workflow } from "dtask";
 * import { z } from "zod";
 *
 * const add = task({
 *   name: "add",
 *   mode: "async",
 *   input: z.tuple([z.number(), z.number()]),
 *   run: ([a, b]) => a + b,
 * });
 * const sums = new Workflow({ name: "sums" });
 * const left = sums.add(add, [1, 2]);
 * const right = sums.add(add, [3, 4], { priority: 10 });
 * const both = sums.add(add, [left.result, right.result]);
 * sums.add("noop", [], { deps: [both], triggerRule: "all_done" });
 *
 * const client = new Client({
 *   url: Deno.env.get("DTASK_URL") ?? "http://127.0.0.1:8080",
 *   token: Deno.env.get("DTASK_TOKEN") ?? null,
 * });
 * const running = await client.submitWorkflow(sums);
 * await running.wait();
 * const total: number = await client.task(both).wait();
 * console.assert(total === 10);
 * ```
 */
export class Workflow {
  /** Under which the workflow can be asked for once it is submitted. */
  readonly id: string;
  /** Null when it has none. */
  readonly name: string | null;
  readonly #tasks = new Map<string, TaskJson>();

  constructor({ id = uuidv7(), name }: WorkflowOptions = {}) {
    this.id = id;
    this.name = name ?? null;
  }

  /**
   * Adds a task by its definition.
   *
   * @param args What it takes; results of other tasks may stand in it at any depth.
   * @throws {TypeError} when the key is taken, an argument can't be sent, or a result is that of a
   * task of another workflow.
   */
  add<T extends AnyTask>(
    task: T,
    args: GivenArguments<ArgumentsOf<T>>,
    options?: WorkflowTaskOptions,
  ): WorkflowTask<ResultOf<T>>;
  /** Adds a task by its name; the type of its definition may be said: `add<typeof sum>("sum", [])`. */
  add<T extends AnyTask = LooseTask>(
    name: string,
    args: GivenArguments<ArgumentsOf<T>>,
    options?: WorkflowTaskOptions,
  ): WorkflowTask<ResultOf<T>>;
  add(
    task: AnyTask | string,
    args: readonly unknown[],
    options: WorkflowTaskOptions = {},
  ): WorkflowTask<unknown> {
    const method = typeof task === "string" ? task : task.name;
    const { key = this.#freeKey(method), deps = [], ...settings } = options;
    if (this.#tasks.has(key)) {
      throw new TypeError(`Cannot add a task "${key}": the workflow has one; choose another key`);
    }
    const sent = encodeArguments(args);
    const id = uuidv7();
    const names = new Set([
      ...deps.map((dep) => typeof dep === "string" ? dep : this.#nameOf(dep.result)),
      ...sent.references.map((reference) => this.#nameOf(reference)),
    ]);
    this.#tasks.set(key, {
      ...settings,
      id,
      key,
      method,
      args: sent.args,
      ...(names.size > 0 && { deps: [...names] }),
    });
    return { id, key, result: new ResultReference(key, this) };
  }

  /** The workflow as it is submitted. */
  toJSON(): WorkflowSubmissionJson {
    return {
      id: this.id,
      ...(this.name !== null && { name: this.name }),
      tasks: [...this.#tasks.values()],
    };
  }

  #nameOf({ name, workflow }: ResultReference): string {
    if (workflow === null || workflow === this) return name;
    throw new TypeError(
      `Cannot depend on task "${name}": it is one of another workflow; submit that first, and ` +
        "give the result of its handle",
    );
  }

  #freeKey(method: string): string {
    const base = method.replace(/[^A-Za-z0-9._:-]/g, "_").slice(0, 180);
    let key = base;
    for (let count = 2; this.#tasks.has(key); count++) key = `${base}-${count}`;
    return key;
  }
}
