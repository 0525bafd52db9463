/** The store's verb for deciding by the settings of queues that other nodes may change. */
import type { QueueConfig } from "../../domain/task.ts";

/**
 * What a transaction is going to do with queues: start tasks of them, which has to wait for other nodes
 * only where a limit is counted, or change their settings.
 */
export type QueueLockPurpose = "toClaim" | "toChange";

export interface LockedQueues {
  /** By name, of those that have settings. */
  readonly settings: ReadonlyMap<string, QueueConfig>;
  /** Queues with a limit that another node holds for longer than one waits: nothing may be claimed from them. */
  readonly busy: ReadonlySet<string>;
}

export interface QueueLockWriter {
  /**
   * The settings of those of `names` that have some, as they stand. Locked until this transaction ends, in
   * order of the name: to change, all of `names`, whether they have settings or not; to claim, those with
   * a limit, so that claims of queues without one touch nothing that is shared. A claim does not wait long:
   * a node that was cut off from the store in the middle of one must not hold up all others.
   */
  lockQueues(names: readonly string[], purpose: QueueLockPurpose): Promise<LockedQueues>;
}
