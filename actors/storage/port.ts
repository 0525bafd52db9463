/**
 * The store as the scheduler and the reader see it: asynchronous, in the domain's terms, in batches.
 * A backend does no more than look up, lock and write; every decision is a pure function of
 * `domain/`, taken above this port. `tests/conformance` is what a backend has to pass.
 */
import type {
  LogLine,
  QueueConfig,
  RunOutcomeKind,
  RunRecord,
  TaskError,
  TaskProgress,
  TaskRecord,
  TaskSpec,
  TaskState,
  TaskStatus,
  WorkflowRecord,
  WorkflowStatus,
} from "../domain/task.ts";
import type { ClusterWriter } from "./port/cluster.ts";
import type { DeadLetterReader, DeadLetterWriter } from "./port/dead_letters.ts";
import type { DependentReader } from "./port/dependents.ts";
import type { SnapshotReader } from "./port/explain.ts";
import type { LogReader } from "./port/logs.ts";
import type { QueueRateWriter } from "./port/queue_rates.ts";
import type { ScheduleReader, ScheduleWriter } from "./port/schedules.ts";
import type { RetentionWriter } from "./port/retention.ts";
import type { ReadyPoolWriter } from "./port/ready_pools.ts";
import type { NodeRunReader } from "./port/node_runs.ts";
import type { TrafficReader, TrafficWriter } from "./port/traffic.ts";
import type { UniqueWriter } from "./port/unique.ts";
import type { TaskWalker } from "./port/walks.ts";
import type { StoreUncertainError } from "./port/errors.ts";
import type { QueueLockWriter } from "./port/queue_locks.ts";
import type { WaitingReader } from "./port/waiting.ts";
import type { WorkflowReader } from "./port/workflows.ts";

export * from "./port/errors.ts";

/** A new task: `seq` is the store's to give. */
export type NewTask = TaskSpec & TaskState & {
  /** Nums of the dependencies, one edge each. */
  readonly depNums: readonly number[];
  /** What it shares with the tasks beside which it is to be the only one: see `findUnique`. */
  readonly uniqueHash?: string;
};

export type NewWorkflow = Omit<WorkflowRecord, "counts">;

/**
 * A changed state. The store writes it only where the task still has the status and run of `before`
 * (which it always has inside the transaction that read it; anything else is a bug and throws).
 */
export interface TaskChange {
  readonly before: TaskRecord;
  readonly after: TaskState;
  /** New input at a retry; null keeps it. */
  readonly args: string | null;
  /** Drops an `expiresAt` that has passed, so that the task can be run after all. */
  readonly clearExpiry?: boolean;
}

/** A dependency edge with the state of its child. */
export interface Dependent {
  readonly parent: number;
  readonly child: TaskRecord;
}

export interface DependencyState {
  readonly num: number;
  readonly id: string;
  readonly key: string | null;
  readonly status: TaskStatus;
  readonly reason: TaskRecord["reason"];
}

export interface ReadyQuery {
  readonly queue: string;
  readonly pool: string;
  readonly max: number;
  /** Most tasks of one concurrency key that may run at a time; null: any number. */
  readonly keyConcurrency: number | null;
  /** The key after which the round-robin over keys goes on; from the last answer. */
  readonly afterKey: string | null;
}

export interface ReadyTasks {
  /** In the order in which they are to start; arguments included, results not. */
  readonly tasks: readonly TaskRecord[];
  readonly lastKey: string | null;
  /** True when nothing further of this queue and pool can be claimed now. */
  readonly drained: boolean;
}

export interface NewRun {
  readonly num: number;
  readonly run: number;
  readonly attempt: number;
  readonly node: string;
  readonly executor: string;
  readonly startedAt: number;
}

export interface RunEnd {
  readonly num: number;
  readonly run: number;
  readonly startedAt: number;
  readonly finishedAt: number;
  readonly outcome: RunOutcomeKind;
  readonly error: TaskError | null;
}

export interface IdempotencyEntry {
  /** Subject and key, joined. */
  readonly key: string;
  readonly contentHash: string;
  /** Id of the task or workflow that it made. */
  readonly id: string;
  readonly expiresAt: number;
}

export interface QueueAndPool {
  readonly queue: string;
  readonly pool: string;
}

/** The verbs of one write transaction. Nothing of it is seen outside before it commits. */
export interface StoreWriter
  extends
    ClusterWriter,
    DeadLetterWriter,
    QueueLockWriter,
    QueueRateWriter,
    RetentionWriter,
    ScheduleWriter,
    ReadyPoolWriter,
    TrafficWriter,
    UniqueWriter {
  /** When the transaction began by the store's clock, epoch ms: what it writes is dated by this. */
  now(): number;

  /**
   * Runs `work` under a savepoint: when it throws, its writes are undone and the error goes on to
   * the caller, while the transaction stays usable.
   */
  savepoint<T>(work: () => Promise<T>): Promise<T>;

  /** Reserves `count` nums and returns the first; they grow. */
  allocateNums(kind: "task" | "workflow", count: number): Promise<number>;

  /** Tasks by id, without args and results (`args` is `"[]"`), locked for this transaction. */
  findTasks(ids: readonly string[]): Promise<ReadonlyMap<string, TaskRecord>>;
  /** The same by num; `texts` adds args and results whole. */
  loadTasks(
    nums: readonly number[],
    options?: { readonly texts?: boolean },
  ): Promise<ReadonlyMap<number, TaskRecord>>;
  /** Results of completed tasks as JSON text; those without one are absent. */
  loadResults(nums: readonly number[]): Promise<ReadonlyMap<number, string>>;
  findWorkflows(ids: readonly string[]): Promise<ReadonlyMap<string, WorkflowRecord>>;
  /** Workflows with counts that include this transaction's changes. */
  loadWorkflows(nums: readonly number[]): Promise<ReadonlyMap<number, WorkflowRecord>>;
  /** Tasks of a workflow in order of num, after `afterNum`, at most `limit`. */
  tasksOfWorkflow(
    num: number,
    options: { readonly afterNum: number; readonly limit: number },
  ): Promise<readonly TaskRecord[]>;
  findIdempotencyKeys(
    keys: readonly string[],
    now: number,
  ): Promise<ReadonlyMap<string, IdempotencyEntry>>;

  insertIdempotencyKeys(entries: readonly IdempotencyEntry[]): Promise<void>;
  insertWorkflows(workflows: readonly NewWorkflow[]): Promise<void>;
  /** Inserts tasks and their edges; throws `ConstraintError` when an id is taken. Answers the stamps. */
  insertTasks(tasks: readonly NewTask[]): Promise<readonly number[]>;
  /** Writes changed states and keeps depths and workflow counts. Answers the stamps, in order. */
  updateTasks(changes: readonly TaskChange[]): Promise<readonly number[]>;
  finishWorkflows(
    ends: readonly {
      readonly num: number;
      /** `running` reopens it, with `finishedAt` null. */
      readonly status: WorkflowStatus;
      readonly finishedAt: number | null;
    }[],
  ): Promise<void>;

  /** Every edge out of `parents` whose child has one of `statuses`; locked, in order of the child's num. */
  dependentsOf(
    parents: readonly number[],
    statuses: readonly TaskStatus[],
  ): Promise<readonly Dependent[]>;
  /** Direct dependencies of each child, as they stand. */
  dependenciesOf(
    children: readonly number[],
  ): Promise<ReadonlyMap<number, readonly DependencyState[]>>;

  /**
   * Picks ready tasks of a queue and pool: keys take turns, inside a key by `readyOrder`. Locks them, and
   * passes over what another node has locked; what was passed over keeps `drained` false.
   */
  selectReady(query: ReadyQuery): Promise<ReadyTasks>;
  /** Scheduled tasks due at `now`, earliest first. */
  selectDue(now: number, limit: number): Promise<readonly TaskRecord[]>;
  /** Live, not running tasks whose `expiresAt` has passed. */
  selectExpired(now: number, limit: number): Promise<readonly TaskRecord[]>;
  /** Running tasks in order of num after `afterNum`, of all nodes and executors unless one is named. */
  selectRunning(
    options: {
      readonly afterNum: number;
      readonly limit: number;
      readonly executor?: string;
      readonly node?: string;
    },
  ): Promise<readonly TaskRecord[]>;
  /** The earliest time at which `selectDue` or `selectExpired` would find something; null: never. */
  nextWakeAt(): Promise<number | null>;
  /** Queues and pools with at least one pending task. */
  readyWork(): Promise<readonly QueueAndPool[]>;
  /** Running tasks of a queue now. Cost is bounded by `atMost`, the largest answer of interest. */
  countRunning(queue: string, atMost: number): Promise<number>;

  insertRuns(runs: readonly NewRun[]): Promise<void>;
  /** Ends runs that have no end yet. */
  finishRuns(ends: readonly RunEnd[]): Promise<void>;
  /** Adds lines up to the limit per run; what is over is dropped. */
  appendLogs(
    items: readonly { readonly num: number; readonly lines: readonly LogLine[] }[],
  ): Promise<void>;
  /** Sets the progress of runs that are current; answers the stamp of each, null where it was not. */
  setProgress(
    items: readonly {
      readonly num: number;
      readonly run: number;
      readonly progress: TaskProgress;
    }[],
  ): Promise<readonly (number | null)[]>;

  loadQueues(): Promise<readonly QueueConfig[]>;
  /** Names of the queues that have tasks, ended ones included; the counters of others are dropped. */
  queueNames(): Promise<readonly string[]>;
  saveQueue(queue: QueueConfig): Promise<void>;
}

export interface TaskQuery {
  /** Any of these. */
  readonly status: readonly TaskStatus[] | null;
  readonly queue: string | null;
  readonly method: string | null;
  readonly workflowId: string | null;
  readonly label: { readonly key: string; readonly value: string } | null;
  readonly since: number | null;
  readonly until: number | null;
  readonly idPrefix: string | null;
}

/** Looks only, on a connection that can't write. */
export interface StoreReader
  extends
    DeadLetterReader,
    DependentReader,
    LogReader,
    NodeRunReader,
    SnapshotReader,
    ScheduleReader,
    TaskWalker,
    TrafficReader,
    WaitingReader,
    WorkflowReader {
  getTasks(ids: readonly string[]): Promise<readonly (TaskRecord | null)[]>;
  /** Newest first below `beforeNum`; scans at most `scanRows`. Texts over `textBytes` are left out. */
  listTasks(
    query: TaskQuery,
    page: {
      readonly limit: number;
      readonly beforeNum: number | null;
      readonly scanRows: number;
      readonly textBytes: number;
    },
  ): Promise<{ readonly tasks: readonly TaskRecord[]; readonly nextBeforeNum: number | null }>;
  /** Null where the task does not exist. */
  listRuns(id: string): Promise<readonly RunRecord[] | null>;
  listQueues(): Promise<readonly QueueConfig[]>;
  /** Maintained depths: one entry per queue and status with tasks. */
  queueDepths(): Promise<
    readonly { readonly queue: string; readonly status: TaskStatus; readonly count: number }[]
  >;
  /** Tasks changed after `afterSeq`, in order of `seq`; scans at most `scanRows`. */
  listChanges(
    query: TaskQuery,
    page: {
      readonly afterSeq: number;
      readonly limit: number;
      readonly scanRows: number;
      readonly textBytes: number;
    },
  ): Promise<
    {
      readonly tasks: readonly TaskRecord[];
      /** Deletions up to `lastSeq`, whatever the query: their tasks can't be looked at any more. */
      readonly deleted: readonly { readonly id: string; readonly seq: number }[];
      readonly lastSeq: number;
      readonly more: boolean;
      readonly reset: boolean;
    }
  >;
  close(): Promise<void>;
}

export interface WriteOptions {
  /** Gives up at once, or nearly so, where another transaction holds what this one needs. */
  readonly hurried?: boolean;
}

/** One writer of a store. */
export interface Store {
  /** True where other nodes write too, so that memory of what is stored may be out of date. */
  readonly shared: boolean;
  /** The store's clock, epoch ms: every time that is written, or compared with a written one, is by it. */
  now(): number;
  /**
   * Runs `work` in one transaction; when it throws, all is rolled back. One at a time.
   *
   * @throws {StoreUnavailableError | StoreConflictError | StoreFencedError} Nothing was committed.
   * @throws {StoreUncertainError} The answer to the commit was lost: `outcomeOf` tells.
   */
  write<T>(work: (writer: StoreWriter) => Promise<T>, options?: WriteOptions): Promise<T>;
  /** Finds out what became of a commit whose answer was lost; throws while the store is away. */
  outcomeOf(error: StoreUncertainError): Promise<"committed" | "aborted">;
  close(): Promise<void>;
}
