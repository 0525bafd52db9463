/** The store's verbs for removing what has ended long ago. */
import type { EndedKind } from "../../domain/retention.ts";
import type { EndedStatus } from "../../domain/task.ts";

/** A place in the order of ends; nums order what ended in the same millisecond. */
export interface EndedPlace {
  readonly finishedAt: number;
  readonly num: number;
}

export interface EndedQuery {
  readonly kind: EndedKind;
  /** No workflow is ever `skipped`. */
  readonly status: EndedStatus;
  /** Ended at this time or before, epoch ms. */
  readonly until: number;
  /** Ended after this place; null: from the oldest on. */
  readonly after: EndedPlace | null;
  readonly limit: number;
}

/** Something that has ended. */
export interface Ended extends EndedPlace {
  /** How many tasks go with it: 1 for a task. */
  readonly tasks: number;
}

/** What a deletion took away. */
export interface Deleted {
  /** Nums of the tasks that are gone. */
  readonly taskNums: readonly number[];
  /** The newest stamp among theirs; 0 where nothing was deleted. */
  readonly lastSeq: number;
}

/** Retention in a write transaction. */
export interface RetentionWriter {
  /** Tasks without a workflow, or workflows, that ended with a status; the oldest ends first. */
  selectEnded(query: EndedQuery): Promise<readonly Ended[]>;
  /** Those of the workflows with a live task, be it their own or one outside that depends on one of theirs. */
  liveWorkflows(nums: readonly number[]): Promise<ReadonlySet<number>>;
  /** Those of the tasks on which a live task depends. */
  withLiveDependents(nums: readonly number[]): Promise<ReadonlySet<number>>;
  /**
   * Removes tasks with inputs, outcomes, runs, logs and edges, and leaves a tombstone each for event
   * streams. A workflow goes with the last of its tasks.
   */
  deleteTasks(nums: readonly number[]): Promise<Deleted>;
  /** Removes workflows with all their tasks. */
  deleteWorkflows(nums: readonly number[]): Promise<Deleted>;
  /** Removes at most `limit` idempotency keys that have expired at `now`; answers how many. */
  deleteExpiredKeys(now: number, limit: number): Promise<number>;
  /** When the next idempotency key expires; null: there is none. */
  nextKeyExpiry(): Promise<number | null>;
}
