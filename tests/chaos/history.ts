/** What a run under faults is judged by: what clients saw, what task code saw, what the store says. */

/** A request and when it was answered, epoch ms; `Infinity` where no answer came: it may still act. */
export interface Exchange {
  readonly task: string;
  readonly sentAt: number;
  readonly answeredAt: number;
}

/** A task as an answer showed it. */
export interface Reading extends Exchange {
  readonly status: string;
  readonly run: number;
  readonly finishedAt: number | null;
}

/** A cancel, retry or redrive. */
export interface Command extends Exchange {
  /** Of the answer; null where there was none. */
  readonly httpStatus: number | null;
}

/** A moment of task code, by the clock of the machine. */
export interface CodeMoment {
  readonly task: string;
  readonly run: number;
  /** The process of the node. */
  readonly pid: number;
  readonly at: number;
}

/** How a node saw the cluster, as of its latest renewal. */
export interface ClusterView {
  /** The number of the node that was asked. */
  readonly observer: number;
  readonly sentAt: number;
  readonly answeredAt: number;
  readonly term: number | null;
  readonly leader: string | null;
  /** Ids of nodes that have left or were declared lost. */
  readonly gone: readonly string[];
}

/** A run as the store has it. */
export interface StoredRun {
  readonly run: number;
  readonly node: string | null;
  readonly startedAt: number;
  readonly finishedAt: number | null;
  readonly outcome: string | null;
}

/** A task as the store has it at the end. */
export interface StoredTask {
  readonly id: string;
  readonly status: string;
  readonly run: number;
  readonly finishedAt: number | null;
  readonly result: unknown;
  readonly queue: string;
  readonly concurrencyKey: string | null;
  readonly deps: readonly string[];
  readonly runs: readonly StoredRun[];
}

/** A schedule as the store has it at the end. */
export interface StoredSchedule {
  readonly name: string;
  /** Ticks that the schedule counts as fired. */
  readonly fired: number;
  /** Nominal times of the ticks that fired, as they are listed. */
  readonly ticks: readonly number[];
  /** Ids of the tasks that it started. */
  readonly tasks: readonly string[];
  /** Nominal times that had to fire. */
  readonly expected: readonly number[];
}

/** The limits of a queue, which were the same all the time. */
export interface QueueLimits {
  readonly queue: string;
  readonly concurrency: number | null;
  readonly keyConcurrency: number | null;
  readonly rateLimit: { readonly limit: number; readonly perMs: number } | null;
}

export interface History {
  /** Ids that were answered with 2xx. */
  readonly accepted: ReadonlySet<string>;
  /** Tasks whose result must be their id. */
  readonly echoing: ReadonlySet<string>;
  readonly readings: readonly Reading[];
  readonly cancels: readonly Command[];
  readonly revivals: readonly Command[];
  readonly starts: readonly CodeMoment[];
  readonly ends: readonly CodeMoment[];
  readonly views: readonly ClusterView[];
  readonly tasks: readonly StoredTask[];
  readonly schedules: readonly StoredSchedule[];
  readonly limits: readonly QueueLimits[];
}

/** A rule that a history breaks, and where. */
export interface Violation {
  readonly rule: string;
  readonly text: string;
}

/** Checks one or some rules. */
export type HistoryRule = (history: IndexedHistory) => Iterable<Violation>;

/** How far recorded times may be from what they stand for. */
export interface Tolerances {
  /** Of what transactions wrote, which bear the time of their begin: of runs that were given up. */
  readonly toleranceMs: number;
  /** From a claim, by which rates are counted, to the start of the code, which is what is recorded. */
  readonly handoverMs: number;
}

/** A history with what rules look things up by. */
export interface IndexedHistory extends History, Tolerances {
  readonly taskById: ReadonlyMap<string, StoredTask>;
  readonly runByKey: ReadonlyMap<string, StoredRun>;
  readonly revivalsOf: ReadonlyMap<string, readonly Command[]>;
}

const FINAL = new Set(["completed", "failed", "cancelled", "skipped"]);

/** Whether a task with this status has ended. */
export function isFinal(status: string): boolean {
  return FINAL.has(status);
}

/** Whether no code said how it ended: its times are those of transactions. */
export function isGivenUp({ outcome }: StoredRun): boolean {
  return outcome === null || outcome === "crashed" || outcome === "given_back";
}

/** Names a run. */
export function runKey({ task, run }: { readonly task: string; readonly run: number }): string {
  return `${task} ${run}`;
}

/** Makes what rules look things up by. */
export function indexHistory(history: History, tolerances: Tolerances): IndexedHistory {
  const runs = history.tasks.flatMap(({ id, runs }) =>
    runs.map((run) => [runKey({ task: id, run: run.run }), run] as const)
  );
  return {
    ...history,
    ...tolerances,
    taskById: new Map(history.tasks.map((task) => [task.id, task])),
    runByKey: new Map(runs),
    revivalsOf: Map.groupBy(history.revivals, ({ task }) => task),
  };
}

/** Whether a retry or redrive may have changed the task between the two moments. */
export function mayBeRevived(
  { revivalsOf }: IndexedHistory,
  { task, from, until }: { readonly task: string; readonly from: number; readonly until: number },
): boolean {
  const revivals = revivalsOf.get(task) ?? [];
  return revivals.some(({ sentAt, answeredAt }) => sentAt <= until && answeredAt >= from);
}
