/** Where ready tasks wait. */

/** Moves of ready tasks between pools, in a write transaction. */
export interface ReadyPoolWriter {
  /** Lets pending tasks wait for another pool; what is no longer pending is left alone. */
  setReadyPools(
    moves: readonly { readonly num: number; readonly readyPool: string }[],
  ): Promise<void>;
  /** The same, where the pool that they belong to has changed as well. */
  setPools(
    moves: readonly { readonly num: number; readonly pool: string; readonly readyPool: string }[],
  ): Promise<void>;
}
