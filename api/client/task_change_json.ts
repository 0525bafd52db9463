/** The JSON of changes of many tasks as a client sends and gets it. */
import type { ArgumentValue, TaskFilterJson } from "./task_json.ts";

/** What to change: 1 to 1,000 named tasks, or all that a filter leaves. */
export type TaskSelectionJson =
  | { readonly ids: readonly string[] }
  | { readonly filter: TaskFilterJson };

export interface ChangeManyOptions {
  /** Changes nothing, and says how many tasks would be met. */
  readonly dryRun?: boolean;
}

export interface RetryManyOptions extends ChangeManyOptions {
  /** Replaces the arguments of each of them. */
  readonly args?: readonly ArgumentValue[];
}

/** How many tasks were found and changed. */
export interface BatchChangeJson {
  readonly matched: number;
  readonly changed: number;
  /** Set where it stopped before it had seen all: there may be more. */
  readonly more?: boolean;
}
