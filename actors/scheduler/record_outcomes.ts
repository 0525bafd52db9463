import type { TaskEvent } from "../domain/task_state.ts";
import type { TaskError, TaskRecord } from "../domain/task.ts";
import { unreachable } from "../domain/exhaustive.ts";
import type { RunOutcome, SchedulerMessage } from "../protocol.ts";
import type { RunEnd } from "../storage/port.ts";
import type { Commit, TaskEventItem } from "./commit.ts";

type ReportOutcomes = Extract<SchedulerMessage, { readonly kind: "ReportOutcomes" }>;
type ReportProgress = Extract<SchedulerMessage, { readonly kind: "ReportProgress" }>;

/** A report with the executor that makes it. */
export interface Report {
  readonly executor: string;
  readonly outcome: RunOutcome;
}

/**
 * Records what executors report in one commit: every outcome whose run is still the current one, and how
 * those are doing that go on. Progress comes first, since of a run nothing follows its outcome: the
 * lines of its log keep their order.
 */
export async function recordReported(
  commit: Commit,
  work: readonly (ReportProgress | ReportOutcomes)[],
): Promise<readonly null[]> {
  const progress = work.flatMap((report) => report.kind === "ReportProgress" ? report.items : []);
  const reports = work.flatMap((report) =>
    report.kind === "ReportOutcomes" ? reportsOf(report) : []
  );
  await recordProgress(commit, progress);
  await recordReports(commit, reports);
  return work.map(() => null);
}

function reportsOf({ executor, outcomes }: ReportOutcomes): readonly Report[] {
  return outcomes.map((outcome) => ({ executor, outcome }));
}

/** Records `reports` in their order; for two of one run the first counts. */
export async function recordReports(commit: Commit, reports: readonly Report[]): Promise<void> {
  if (reports.length === 0) return;
  const tasks = await commit.tx.loadTasks(reports.map(({ outcome }) => outcome.num));
  const current = new Map<number, { readonly task: TaskRecord; readonly outcome: RunOutcome }>();
  for (const { executor, outcome } of reports) {
    commit.effects.runEnded(executor, outcome, outcome.finishedAt - outcome.startedAt);
    const task = tasks.get(outcome.num);
    if (task?.status !== "running" || task.run !== outcome.run) continue;
    if (!isOwn(commit, task)) continue;
    if (!current.has(task.num)) current.set(task.num, { task, outcome });
  }
  await recordCurrent(commit, [...current.values()]);
}

/** What a node was running before it was given up and came back is not its own any more. */
function isOwn({ context: { shared, node } }: Commit, task: TaskRecord): boolean {
  return !shared || task.node === node;
}

async function recordCurrent(
  commit: Commit,
  items: readonly { readonly task: TaskRecord; readonly outcome: RunOutcome }[],
): Promise<void> {
  if (items.length === 0) return;
  await commit.tx.finishRuns(items.map(({ outcome }) => runEnd(outcome)));
  await commit.appendLogs(
    items.flatMap(({ outcome: { num, logs } }) => logs.length === 0 ? [] : { num, lines: logs }),
  );
  await commit.apply(items.map(({ task, outcome }): TaskEventItem => ({
    before: task,
    event: eventOf(outcome),
  })));
  for (const { task, outcome } of items) {
    const counts = commit.effects.countsOf(task);
    counts.runSeconds.push(Math.max(0, outcome.finishedAt - outcome.startedAt) / 1_000);
    if (outcome.result !== null) {
      commit.effects.results.push({ num: task.num, text: outcome.result });
    }
    hintLimited(commit, task);
  }
}

/** An end in a queue with limits may let another of its tasks start, whatever its pool. */
export function hintLimited({ context, effects }: Commit, task: TaskRecord): void {
  if (context.queues.isLimited(task.queue)) effects.freedQueues.add(task.queue);
}

/** Ends, as crashed, the runs of tasks that nobody will report on any more. */
export async function crashRuns(commit: Commit, tasks: readonly TaskRecord[]): Promise<void> {
  if (tasks.length === 0) return;
  await commit.tx.finishRuns(tasks.map(({ num, run, startedAt }) => ({
    num,
    run,
    startedAt: startedAt ?? commit.now,
    finishedAt: commit.now,
    outcome: "crashed",
    error: null,
  })));
  await commit.apply(tasks.map((before) => ({ before, event: { kind: "crashed" } })));
  for (const task of tasks) hintLimited(commit, task);
}

/** Keeps progress and log lines of running code. */
async function recordProgress(
  commit: Commit,
  items: ReportProgress["items"],
): Promise<void> {
  const { tx, effects } = commit;
  const progress = items.flatMap(({ num, run, progress }) =>
    progress === null ? [] : { num, run, progress }
  );
  const logs = items.flatMap(({ num, logs }) => logs.length === 0 ? [] : { num, lines: logs });
  if (progress.length > 0) {
    for (const seq of await tx.setProgress(progress)) {
      if (seq !== null) effects.lastSeq = Math.max(effects.lastSeq, seq);
    }
  }
  await commit.appendLogs(logs);
}

function runEnd({ num, run, startedAt, finishedAt, outcome, error }: RunOutcome): RunEnd {
  return { num, run, startedAt, finishedAt, outcome, error };
}

const NO_ERROR: TaskError = { name: "Error", message: "no error was reported", stack: null };

function eventOf(outcome: RunOutcome): TaskEvent {
  const { startedAt, finishedAt } = outcome;
  const error = outcome.error ?? NO_ERROR;
  switch (outcome.outcome) {
    case "completed":
      return { kind: "completed", result: outcome.result ?? "null", startedAt, finishedAt };
    case "threw": {
      const { retryable, retryAfterMs, invalidInput } = outcome;
      return { kind: "threw", error, retryable, retryAfterMs, invalidInput, startedAt, finishedAt };
    }
    case "timeout":
      return { kind: "timed_out", error, startedAt, finishedAt };
    case "cancelled":
      return { kind: "cancelled", startedAt, finishedAt };
    case "given_back":
      return { kind: "given_back", reason: outcome.giveBack ?? "drain", alone: outcome.alone };
    case "crashed":
      return { kind: "crashed" };
    default:
      return unreachable(outcome.outcome);
  }
}
