/** The JSON of an explanation. */
import type { TaskStatusJson } from "./task_json.ts";

/** One reason for where a task is. */
export interface CauseJson {
  /** Stable: `queue_paused`, `no_free_slot`, …; `/docs` has them all with their details. */
  readonly code: string;
  readonly sentence: string;
  /** What would change it. */
  readonly change: string;
  readonly details: Readonly<Record<string, unknown>>;
}

/** A task at the end of a chain of dependencies, in `details.roots` of a cause. */
export interface RootCauseJson {
  readonly id: string;
  readonly path: readonly string[];
  readonly status: TaskStatusJson;
  readonly code: string;
  readonly sentence: string;
  readonly change: string;
}

/** Why a task is not running, what it is doing, or how it ended. */
export interface ExplanationJson extends CauseJson {
  readonly id: string;
  readonly status: TaskStatusJson;
  readonly reason: string | null;
  /** All that hold, the deciding one first. */
  readonly causes: readonly CauseJson[];
}
