/** Seeds that once found something, with what it was: they are played for ever. */
export const FIXED_SEEDS: ReadonlyMap<number, string> = new Map([
  [228, "a task was claimed after its expiresAt, before the clock had looked"],
  [273, "the same, in a queue with a limit"],
  [
    26,
    "a tick was refused when its commit was replayed item by item: its start could not be isolated",
  ],
  [1267, "a failed task was deleted from a workflow, which stayed failed without any failed task"],
]);
