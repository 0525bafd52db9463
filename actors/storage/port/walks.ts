/** The store's verbs for walks over the tasks that a change of many is for. */
import type { FailureReason } from "../../domain/task.ts";
import type { TaskQuery } from "../port.ts";

/** Which tasks; null leaves a field open. */
export interface WalkQuery extends TaskQuery {
  /** Only these; unknown ones are none. */
  readonly ids: readonly string[] | null;
  readonly reason: FailureReason | null;
  /** Only failed tasks that nobody has discarded. */
  readonly dead: boolean;
}

/** One step of a walk. */
export interface WalkStep {
  readonly order: "oldest first" | "newest first";
  /** The num beyond which it goes on; null begins. */
  readonly from: number | null;
  /** Passes over what has a later stamp; null: over nothing. */
  readonly upToSeq: number | null;
  readonly limit: number;
  readonly scanRows: number;
}

export interface WalkedTasks {
  readonly ids: readonly string[];
  /** Where to go on; null: there are no more. */
  readonly nextFrom: number | null;
}

/** Walks on a connection that only looks: however long they are, no commit waits for them. */
export interface TaskWalker {
  /** A stamp that every later change is beyond. */
  lastSeq(): Promise<number>;
  /** The tasks of one step, in its order; looks at no more than `scanRows` of them. */
  walkTasks(query: WalkQuery, step: WalkStep): Promise<WalkedTasks>;
}
