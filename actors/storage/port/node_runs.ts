/** The store's verb for what nodes run. */
import type { NodeRun } from "../../domain/node_run.ts";

/** Looking at what runs. */
export interface NodeRunReader {
  /**
   * The runs of `nodes` that have not ended, at most `limit` of each, those that were given first. In order
   * of node, time and task. Cost is bounded by what runs, which slots bound.
   */
  listNodeRuns(
    query: { readonly nodes: readonly string[]; readonly limit: number },
  ): Promise<readonly NodeRun[]>;
}
