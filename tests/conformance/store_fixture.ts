import { DEFAULTS, type TaskRecord, type TaskState } from "../../actors/domain/task.ts";
import type {
  NewTask,
  NewWorkflow,
  ReadyQuery,
  Store,
  StoreReader,
  StoreWriter,
  TaskChange,
  TaskQuery,
} from "../../actors/storage/port.ts";

/** A store under test with a reader of the same data. */
export interface StoreUnderTest {
  store: Store;
  reader: StoreReader;
  /** Closes both and opens them again on the same data, as a restart of the node would. */
  reopen(): Promise<void>;
  /** Closes both and removes the data. */
  dispose(): Promise<void>;
}

/** A rule that every backend keeps. */
export interface ConformanceCase {
  /** The rule, after the word `store`. */
  readonly rule: string;
  readonly check: (under: StoreUnderTest) => Promise<void>;
}

/** Epoch milliseconds at which the stories of the cases begin. */
export const T0 = 1_763_755_200_000;

/** A pending task with `num`, changed as `more` says. */
export function newTask(num: number, more: Partial<NewTask> = {}): NewTask {
  return {
    id: `task-${num}`,
    num,
    workflowId: null,
    workflowNum: null,
    key: null,
    method: "noop",
    args: `[${num}]`,
    deps: [],
    depNums: [],
    triggerRule: "all_success",
    queue: "default",
    pool: "async",
    priority: 0,
    runAt: null,
    expiresAt: null,
    timeoutMs: 1_000,
    heartbeatTimeoutMs: null,
    concurrencyKey: null,
    retry: DEFAULTS.retry,
    labels: {},
    wave: 0,
    contentHash: `hash-${num}`,
    definition: null,
    traceparent: null,
    createdAt: T0 + num,
    ...PENDING,
    readyOrder: T0 + num,
    ...more,
  };
}

/** A running workflow with `num`, changed as `more` says. */
export function newWorkflow(num: number, more: Partial<NewWorkflow> = {}): NewWorkflow {
  return {
    id: `workflow-${num}`,
    num,
    name: null,
    status: "running",
    contentHash: "h",
    createdAt: T0,
    finishedAt: null,
    ...more,
  };
}

/** The state of a task that is ready and has not run. */
export const PENDING: TaskState = {
  status: "pending",
  reason: null,
  run: 0,
  attempt: 0,
  crashes: 0,
  alone: false,
  counts: { total: 0, succeeded: 0, failed: 0, skipped: 0 },
  readyOrder: T0,
  readyPool: "async",
  readyAt: T0,
  dueAt: null,
  startedAt: null,
  finishedAt: null,
  cancelRequestedAt: null,
  discardedAt: null,
  node: null,
  executor: null,
  incarnation: null,
  result: null,
  error: null,
  progress: null,
};

/** What a task waits in that is not ready; `ready…` is null then. */
export const NOT_READY = { readyOrder: null, readyPool: null, readyAt: null } as const;

/** A task that waits for `parents`. */
export function blockedTask(
  num: number,
  parents: readonly NewTask[],
  more: Partial<NewTask> = {},
): NewTask {
  return newTask(num, {
    ...NOT_READY,
    status: "blocked",
    deps: parents.map(({ id }) => id),
    depNums: parents.map((parent) => parent.num),
    counts: { total: parents.length, succeeded: 0, failed: 0, skipped: 0 },
    ...more,
  });
}

/** The record that `task` has in the store under the stamp `seq`. */
export function recordOf({ depNums: _, ...task }: NewTask, seq: number): TaskRecord {
  return { ...task, seq };
}

/** The change by which an executor takes a pending task. */
export function claimOf(before: TaskRecord, more: Partial<TaskState> = {}): TaskChange {
  return changeOf(before, {
    status: "running",
    reason: null,
    run: before.run + 1,
    attempt: before.attempt + 1,
    crashes: before.crashes + 1,
    readyPool: null,
    startedAt: T0 + 1_000,
    node: "n-1",
    executor: "executor-1",
    incarnation: "i-1",
    ...more,
  });
}

/** The change by which a running task completes with `result`. */
export function completionOf(before: TaskRecord, result = "3"): TaskChange {
  return changeOf(before, {
    ...NOT_READY,
    status: "completed",
    crashes: 0,
    incarnation: null,
    finishedAt: T0 + 2_000,
    result,
  });
}

/** A change of some fields of a task's state. */
export function changeOf(before: TaskRecord, more: Partial<TaskState>): TaskChange {
  return { before, after: { ...stateOf(before), ...more }, args: null };
}

function stateOf(task: TaskRecord): TaskState {
  const { status, reason, run, attempt, crashes, alone, counts, readyOrder, readyPool } = task;
  const { readyAt, dueAt, startedAt, finishedAt, cancelRequestedAt, node, executor } = task;
  const { incarnation, result, error, progress, discardedAt } = task;
  return {
    ...{ status, reason, run, attempt, crashes, alone, counts, readyOrder, readyPool },
    ...{ readyAt, dueAt, startedAt, finishedAt, cancelRequestedAt, node, executor },
    ...{ incarnation, result, error, progress, discardedAt },
  };
}

/** Inserts tasks whose nums the case chose itself, from 1 on. Answers the stamps. */
export function insert(store: Store, ...tasks: readonly NewTask[]): Promise<readonly number[]> {
  return store.write((tx) => tx.insertTasks(tasks));
}

/** Loads tasks with texts and applies `change` to each, in one transaction. */
export function change(
  store: Store,
  nums: readonly number[],
  makeChange: (task: TaskRecord) => TaskChange,
): Promise<readonly number[]> {
  return store.write(async (tx) => {
    const tasks = await tx.loadTasks(nums, { texts: true });
    return await tx.updateTasks(nums.map((num) => makeChange(present(tasks.get(num)))));
  });
}

/** Claims and completes tasks, with a run each. */
export async function complete(store: Store, nums: readonly number[], result = "3"): Promise<void> {
  await change(store, nums, (task) => claimOf(task));
  await change(store, nums, (task) => completionOf(task, result));
}

/** Ready tasks of the default queue and pool. */
export function selectReady(tx: StoreWriter, more: Partial<ReadyQuery> = {}) {
  return tx.selectReady({
    queue: "default",
    pool: "async",
    max: 100,
    keyConcurrency: null,
    afterKey: null,
    ...more,
  });
}

/** A listing that leaves nothing out but what `more` says. */
export function query(more: Partial<TaskQuery> = {}): TaskQuery {
  return {
    status: null,
    queue: null,
    method: null,
    workflowId: null,
    label: null,
    since: null,
    until: null,
    idPrefix: null,
    ...more,
  };
}

/** Asserts that something is there. */
export function present<T>(value: T | null | undefined): T {
  if (value === null || value === undefined) throw new Error("something expected is missing");
  return value;
}
