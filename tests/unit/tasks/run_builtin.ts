/** Runs built-in tasks as an executor would, without one. */
import assert from "node:assert/strict";
import type { TaskContext, TaskValue } from "../../../mod.ts";
import { findTask } from "../../../tasks/sdk/task_registry.ts";
import type { TaskMode } from "../../../tasks/sdk/mod.ts";
import "../../../tasks/registry.gen.ts";

export interface RunBuiltinOptions {
  /** `async` when absent. */
  readonly mode?: TaskMode;
  readonly signal?: AbortSignal;
  /** Told each line of the log. */
  readonly onLine?: (message: string, fields: Readonly<Record<string, unknown>>) => void;
  readonly onHeartbeat?: () => void;
}

/** What the task returns; rejects with what it throws, or with what its schema finds. */
export async function runBuiltin(
  name: string,
  args: readonly TaskValue[],
  options: RunBuiltinOptions = {},
): Promise<unknown> {
  const task = findTask(name, options.mode ?? "async");
  assert.ok(task !== undefined, name);
  const checked = await (task.input?.["~standard"].validate(args) ?? { value: args });
  if (checked.issues !== undefined) {
    throw new TypeError(
      checked.issues.map(({ path, message }) => `${path?.join(".")}: ${message}`).join("; "),
    );
  }
  return await task.run(checked.value, contextWith(options));
}

function contextWith(
  { signal = new AbortController().signal, onLine, onHeartbeat }: RunBuiltinOptions,
): TaskContext {
  const ignore = () => {};
  const info: TaskContext["log"]["info"] = (message, fields) => onLine?.(message, fields ?? {});
  return {
    taskId: "task-1",
    workflowId: null,
    attempt: 1,
    run: 1,
    signal,
    deps: {},
    traceparent: null,
    log: { debug: ignore, info, warn: ignore, error: ignore },
    progress: ignore,
    heartbeat: onHeartbeat ?? ignore,
  };
}
