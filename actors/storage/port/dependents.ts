/** The store's verbs for walking the graph downstream. */
import type { TaskRecord } from "../../domain/task.ts";

/** A part of the tasks that depend on one. */
export interface DependentPage {
  /** In order of num, which is that of their submission. */
  readonly tasks: readonly TaskRecord[];
  /** Where to go on; null at the end. */
  readonly nextAfterNum: number | null;
}

/** Dependents on a connection that only looks. */
export interface DependentReader {
  /** Direct dependents after `afterNum`, whatever their status; null where the task does not exist. */
  listDependents(
    id: string,
    page: {
      readonly afterNum: number | null;
      readonly limit: number;
      /** Longer texts are left out. */
      readonly textBytes: number;
    },
  ): Promise<DependentPage | null>;
}
