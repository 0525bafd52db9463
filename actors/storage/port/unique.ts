/** The store's verb for tasks that are to be the only ones of their kind. */
import type { TaskRecord, TaskStatus } from "../../domain/task.ts";

export interface UniqueWriter {
  /**
   * By each of `hashes` that tasks were inserted with, the newest such task of each of `statuses`,
   * without args and results. Cost depends on neither how many tasks share a hash nor how many ended.
   * Locks the hashes: until this transaction ends, nobody else inserts a task with one of them.
   */
  findUnique(
    hashes: readonly string[],
    statuses: readonly TaskStatus[],
  ): Promise<ReadonlyMap<string, readonly TaskRecord[]>>;
}
