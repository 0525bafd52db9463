/** The store's verbs for explaining a task: each is bounded, whatever the backlog. */
import type { RunningTask } from "../../domain/explain.ts";
import type { QueueConfig, TaskRecord, TaskStatus } from "../../domain/task.ts";
import type { DependencyState } from "../port.ts";

/** Whose running tasks are meant. */
export type RunningScope =
  | { readonly queue: string; readonly concurrencyKey?: string }
  | { readonly pool: string };

/** What can be looked up in one snapshot. */
export interface SnapshotView {
  /** Without arguments and result (`args` is `"[]"`). */
  findTask(id: string): Promise<TaskRecord | null>;
  /** The same by num, in no order; those that are gone are absent. */
  loadTasks(nums: readonly number[]): Promise<readonly TaskRecord[]>;
  /** Dependencies of a task that have one of `statuses`, in the order given at its submission. */
  dependenciesIn(
    num: number,
    options: { readonly statuses: readonly TaskStatus[]; readonly limit: number },
  ): Promise<readonly DependencyState[]>;
  /** Null for a queue that was never set up. */
  findQueue(name: string): Promise<QueueConfig | null>;
  /** Running tasks, those that have run longest first. Cost is bounded by what runs. */
  listRunning(scope: RunningScope, limit: number): Promise<readonly RunningTask[]>;
  /** How many run now, up to `atMost`. */
  countRunning(scope: RunningScope, atMost: number): Promise<number>;
  /** Ready tasks of the same queue, pool and key that go before `task`, up to `atMost`. */
  countAhead(task: TaskRecord, atMost: number): Promise<number>;
  /** Other concurrency keys with ready work in its queue and pool, no key counting as one; up to `atMost`. */
  countOtherKeys(task: TaskRecord, atMost: number): Promise<number>;
}

/** Looking up several things that were true together. */
export interface SnapshotReader {
  /** Runs `work` on one snapshot. One at a time; the view is of no use after it. */
  look<T>(work: (view: SnapshotView) => Promise<T>): Promise<T>;
}
