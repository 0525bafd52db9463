import type { StandardSchemaV1 } from "@standard-schema/spec";
import type { TaskContext } from "./task_context.ts";
import type { TaskFailureHandler, TaskMode, TaskRetry, TaskRights } from "./task_settings.ts";

/** A task as this isolate holds it: settings, schema and code. */
export interface RegisteredTask {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly description: string | null;
  readonly mode: TaskMode;
  readonly queue: string | null;
  readonly timeoutMs: number | null;
  readonly heartbeatTimeoutMs: number | null;
  readonly retry: TaskRetry | null;
  readonly permissions: TaskRights;
  readonly onFailure: TaskFailureHandler | null;
  readonly onLeaseLost: "abort" | "continue";
  readonly input: StandardSchemaV1 | null;
  /** Takes what `input` gives, or the array of arguments: only its definition knows the type. */
  run(input: unknown, ctx: TaskContext): unknown;
}

/** By mode, then by name or alias: one name may stand for one task of each mode. */
const byMode: Readonly<Record<TaskMode, Map<string, RegisteredTask>>> = {
  async: new Map(),
  blocking: new Map(),
};
const tasks: RegisteredTask[] = [];

/** Adds `registered` under all its names, or throws and adds nothing when one is taken. */
export function registerTask(registered: RegisteredTask): void {
  const names = byMode[registered.mode];
  const own = [registered.name, ...registered.aliases];
  for (const name of own) {
    const other = names.get(name);
    if (other !== undefined) throw new TypeError(nameTaken(registered, name, other));
  }
  if (new Set(own).size < own.length) {
    throw new TypeError(
      `Cannot register task "${registered.name}": it names itself twice; remove the repeated alias`,
    );
  }
  for (const name of own) names.set(name, registered);
  tasks.push(registered);
}

/** The task of `mode` that is called `name`, by its name or an alias. */
export function findTask(name: string, mode: TaskMode): RegisteredTask | undefined {
  return byMode[mode].get(name);
}

/** Every task registered so far, in order. */
export function registeredTasks(): readonly RegisteredTask[] {
  return tasks;
}

function nameTaken(registered: RegisteredTask, name: string, other: RegisteredTask): string {
  const asAlias = name === registered.name ? "" : ` with alias "${name}"`;
  const holder = other.name === name ? "" : `, by task "${other.name}"`;
  return `Cannot register task "${registered.name}"${asAlias}: the name is taken by another ` +
    `${other.mode} task${holder}; rename one of them`;
}
