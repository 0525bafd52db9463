/** What nodes that share a store tell each other of their commits. */

/**
 * The news of one node, so that no other has to look. What gets lost costs time and nothing else: every
 * node looks at the store from time to time all the same.
 */
export interface NodeNews {
  /** The newest stamp; 0 where no task changed. */
  readonly lastSeq: number;
  /** Ids of tasks that reached an ended status; null: more than could be told. */
  readonly ended: readonly string[] | null;
  /** Ids of workflows that have come to an end. */
  readonly endedWorkflows: readonly string[];
  /** Nums of tasks whose log has grown; null: more than could be told. */
  readonly logged: readonly number[] | null;
  /** Where tasks became ready. */
  readonly ready: readonly { readonly queue: string; readonly pool: string }[];
  /** Queues with limits in which a run ended. */
  readonly freed: readonly string[];
  /** Runs that are to stop, by the node that has them. */
  readonly cancels: readonly NodeCancels[];
  /** Settings were changed, or there was more than could be told: look at everything. */
  readonly refresh: boolean;
}

/** Runs of one node whose cancellation was committed by another. */
export interface NodeCancels {
  readonly node: string;
  readonly runs: readonly { readonly num: number; readonly run: number }[];
}
