/** What a workflow was at each time in the past, from the recorded runs of its tasks. */
import type { TaskView, WorkflowRunView } from "../../../schema.ts";
import { isEnded, type TaskGraph, type TaskStatus } from "./task_graph.ts";

/** What of a task says when something happened to it. */
export type TaskTimes = Pick<
  TaskView,
  "id" | "status" | "createdAt" | "finishedAt" | "runAt" | "triggerRule"
>;

/** A run in epoch ms; `to` is infinite while it lasts. */
export interface RecordedRun {
  readonly run: number;
  readonly attempt: number;
  readonly from: number;
  readonly to: number;
  readonly outcome: WorkflowRunView["outcome"];
  readonly node: string;
}

/** All that is known of when. */
export interface Recording {
  /** Epoch ms of the first and the last thing that happened. */
  readonly from: number;
  readonly to: number;
  /** Of each task by its index, in order of run. */
  readonly runs: readonly (readonly RecordedRun[])[];
  readonly ends: readonly TaskEnd[];
}

interface TaskEnd {
  readonly status: TaskStatus;
  /** Infinite while it has not ended. */
  readonly at: number;
  /** Not started before this; 0 where nothing was said. */
  readonly runAt: number;
}

/** Gathers what is known. `until` closes the recording of what has not ended. */
export function recordingOf(
  graph: TaskGraph,
  tasks: readonly TaskTimes[],
  { runs, until }: { readonly runs: readonly WorkflowRunView[]; readonly until: number },
): Recording {
  const byTask: RecordedRun[][] = graph.tasks.map(() => []);
  for (const run of runs) byTask[graph.indexOf.get(run.taskId) ?? -1]?.push(recordedRun(run));
  for (const ofTask of byTask) ofTask.sort((a, b) => a.run - b.run);
  const ends = tasks.map(endOf);
  const known = [
    ...ends.map(({ at }) => at),
    ...byTask.flat().flatMap(({ from, to }) => [from, to]),
  ]
    .filter(Number.isFinite);
  const created = tasks.map(({ createdAt }) => Date.parse(createdAt));
  const from = created.reduce((first, at) => Math.min(first, at), created[0] ?? until);
  const over = ends.every(({ at }) => Number.isFinite(at));
  const to = known.reduce((last, at) => Math.max(last, at), over ? from : Math.max(from, until));
  return { from, to, runs: byTask, ends };
}

function recordedRun({ run, attempt, startedAt, finishedAt, outcome, node }: WorkflowRunView) {
  const to = finishedAt === null ? Infinity : Date.parse(finishedAt);
  return { run, attempt, from: Date.parse(startedAt), to, outcome, node };
}

function endOf({ status, finishedAt, runAt }: TaskTimes): TaskEnd {
  return {
    status,
    at: isEnded(status) && finishedAt !== null ? Date.parse(finishedAt) : Infinity,
    runAt: runAt === null ? 0 : Date.parse(runAt),
  };
}

/** The status of each task at a time, by its index. */
export function statusesAt(
  graph: TaskGraph,
  recording: Recording,
  at: number,
): readonly TaskStatus[] {
  const own = graph.tasks.map((_, index) => ownStatus(recording, index, at));
  return own.map((status, index) => {
    if (status !== null) return status;
    if (!mayStart(graph, index, own)) return "blocked";
    return (recording.ends[index]?.runAt ?? 0) > at ? "scheduled" : "pending";
  });
}

/** What its own runs and its end say of a task; null before its first run. */
function ownStatus({ runs, ends }: Recording, index: number, at: number): TaskStatus | null {
  const end = ends[index];
  if (end !== undefined && end.at <= at) return end.status;
  const ofTask = runs[index] ?? [];
  const place = ofTask.findLastIndex(({ from }) => from <= at);
  const current = ofTask[place];
  if (current === undefined) return null;
  return current.to > at ? "running" : between(current, ofTask[place + 1]);
}

/** What a task is after a run that was not its last. */
function between(ended: RecordedRun, next: RecordedRun | undefined): TaskStatus {
  switch (ended.outcome) {
    case "given_back":
    case "crashed":
    case null:
      return "pending";
    case "completed":
      return "completed";
    case "cancelled":
      return "cancelled";
    case "threw":
    case "timeout":
      // Attempts count from one again when a failed task is run again.
      return next !== undefined && next.attempt <= ended.attempt ? "failed" : "scheduled";
  }
}

/** Whether the dependencies of a task that has not run let it, as far as what is recorded tells. */
function mayStart(
  graph: TaskGraph,
  index: number,
  own: readonly (TaskStatus | null)[],
): boolean {
  const parents = (graph.parents[index] ?? []).map((parent) => own[parent] ?? null);
  if (parents.length === 0) return true;
  switch (graph.tasks[index]?.triggerRule) {
    case "always":
      return true;
    case "one_success":
      return parents.includes("completed");
    case "one_failed":
      return parents.some((status) => status === "failed" || status === "cancelled");
    default:
      return parents.every((status) => status !== null && isEnded(status));
  }
}
