import type { StandardSchemaV1 } from "@standard-schema/spec";
import type { TaskContext } from "./task_context.ts";
import { checkTaskOptions } from "./task_options_check.ts";
import { type RegisteredTask, registerTask } from "./task_registry.ts";
import type { TaskMode, TaskSettings } from "./task_settings.ts";
import type { TaskValue } from "./value.ts";

/** A task whose input is checked: `run` gets what the schema gives. */
export interface TaskOptions<Schema extends StandardSchemaV1, Output> extends TaskSettings {
  /** Checks the array of arguments. */
  readonly input: Schema;
  readonly run: (input: StandardSchemaV1.InferOutput<Schema>, ctx: TaskContext) => Output;
}

/** A task without a schema: `run` gets the array of arguments. */
export interface UncheckedTaskOptions<Output> extends TaskSettings {
  readonly input?: undefined;
  readonly run: (args: readonly TaskValue[], ctx: TaskContext) => Output;
}

/**
 * A registered task: `Args` is what clients give, `Input` what its schema makes of that. `run` is the
 * function as it was given, for tests and other tasks to call.
 */
export interface Task<Input, Output, Args = Input> {
  readonly name: string;
  readonly mode: TaskMode;
  /** Null for a task without one. */
  readonly input: StandardSchemaV1<Args, Input> | null;
  readonly run: (input: Input, ctx: TaskContext) => Output;
}

/**
 * Registers a task under its name and aliases; called while its module loads.
 *
 * @throws {TypeError} when an option is not as it must be, or the name is taken in this mode.
 *
 * @example
 * ```ts
 * import { z } from "zod";
 * import { task } from "dtask";
 *
 * export const area = task({
 *   name: "geometry.area",
 *   input: z.tuple([z.number().positive(), z.number().positive()]),
 *   run([width, height]) {
 *     return width * height;
 *   },
 * });
 * ```
 */
export function task<Schema extends StandardSchemaV1, Output>(
  options: TaskOptions<Schema, Output>,
): Task<StandardSchemaV1.InferOutput<Schema>, Output, StandardSchemaV1.InferInput<Schema>>;
export function task<Output>(
  options: UncheckedTaskOptions<Output>,
): Task<readonly TaskValue[], Output>;
export function task(
  options: TaskSettings & {
    readonly input?: StandardSchemaV1 | undefined;
    readonly run: (input: never, ctx: TaskContext) => unknown;
  },
): unknown {
  checkTaskOptions(options);
  const registered: RegisteredTask = Object.freeze({
    name: options.name,
    aliases: Object.freeze([...options.aliases ?? []]),
    description: options.description ?? null,
    mode: options.mode ?? modeOf(options.run),
    queue: options.queue ?? null,
    timeoutMs: options.timeoutMs ?? null,
    heartbeatTimeoutMs: options.heartbeatTimeoutMs ?? null,
    retry: options.retry === undefined ? null : Object.freeze({ ...options.retry }),
    permissions: Object.freeze({ ...options.permissions }),
    onLeaseLost: options.onLeaseLost ?? "abort",
    onFailure: options.onFailure === undefined ? null : Object.freeze({ ...options.onFailure }),
    input: options.input ?? null,
    run: options.run,
  });
  registerTask(registered);
  return registered;
}

const AsyncFunction = (async () => {}).constructor;

function modeOf(run: (input: never, ctx: TaskContext) => unknown): TaskMode {
  return run instanceof AsyncFunction ? "async" : "blocking";
}
