/** How what is known of a workflow follows the changes of its tasks. */
import type { TaskView, WorkflowRunView, WorkflowView } from "../../../schema.ts";
import type { TaskStatus } from "./task_graph.ts";

/** The tasks of a workflow by id, and the runs of each in order; copied when they change. */
export interface WorkflowState {
  readonly tasks: ReadonlyMap<string, TaskView>;
  readonly runs: ReadonlyMap<string, readonly WorkflowRunView[]>;
  /** True when runs have ended of which it is not known when or how: to be read again. */
  readonly runsStale: boolean;
}

/** The state as it was read. */
export function workflowState(
  tasks: readonly TaskView[],
  runs: readonly WorkflowRunView[],
): WorkflowState {
  return {
    tasks: new Map(tasks.map((task) => [task.id, task])),
    runs: Map.groupBy(runs, ({ taskId }) => taskId),
    runsStale: false,
  };
}

/** The state after changes of tasks; those older than what is known, and of others, are passed over. */
export function withChanges(state: WorkflowState, changed: readonly TaskView[]): WorkflowState {
  const news = changed.filter((task) => {
    const known = state.tasks.get(task.id);
    return known !== undefined && BigInt(task.seq) > BigInt(known.seq);
  });
  if (news.length === 0) return state;
  const [tasks, runs] = [new Map(state.tasks), new Map(state.runs)];
  let { runsStale } = state;
  for (const task of news) {
    tasks.set(task.id, task);
    const after = withCurrentRun(runs.get(task.id) ?? [], task);
    runsStale ||= isStale(after, task);
    if (after.length > 0) runs.set(task.id, after);
  }
  return { tasks, runs, runsStale };
}

/** The state with its runs read again; what began since then is kept. */
export function withRuns(
  { tasks }: WorkflowState,
  read: readonly WorkflowRunView[],
): WorkflowState {
  const runs = new Map<string, readonly WorkflowRunView[]>(
    Map.groupBy(read, ({ taskId }) => taskId),
  );
  for (const task of tasks.values()) {
    const after = withCurrentRun(runs.get(task.id) ?? [], task);
    if (after.length > 0) runs.set(task.id, after);
  }
  return { tasks, runs, runsStale: false };
}

/** The runs of a task with the current one, of which the task says when it began and, completed, ended. */
function withCurrentRun(
  runs: readonly WorkflowRunView[],
  { id, run, attempt, node, startedAt, finishedAt, status }: TaskView,
): readonly WorkflowRunView[] {
  if (status !== "running" && status !== "completed") return runs;
  if (startedAt === null || node === null) return runs;
  if (runs.some((other) => other.run === run && other.finishedAt !== null)) return runs;
  const completed = status === "completed" && finishedAt !== null;
  return [...runs.filter((other) => other.run !== run), {
    ...{ taskId: id, run, attempt, node, startedAt },
    finishedAt: completed ? finishedAt : null,
    outcome: completed ? "completed" : null,
  }];
}

/** True when the last run, and it alone while the task runs, is not all that is open or missing. */
function isStale(runs: readonly WorkflowRunView[], { status, run }: TaskView): boolean {
  const open = runs.filter(({ finishedAt }) => finishedAt === null);
  return runs.length !== run || open.length > (status === "running" ? 1 : 0);
}

/** How many of `statuses` there are of each kind. */
export function countStatuses(
  statuses: Iterable<TaskStatus>,
): Readonly<Partial<Record<TaskStatus, number>>> {
  const counts: Partial<Record<TaskStatus, number>> = {};
  for (const status of statuses) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

/** The status of a workflow whose tasks are counted so. */
export function workflowStatus(
  counts: Readonly<Partial<Record<TaskStatus, number>>>,
): WorkflowView["status"] {
  const live = (["scheduled", "blocked", "pending", "running"] as const)
    .some((status) => (counts[status] ?? 0) > 0);
  if (live) return "running";
  if ((counts.failed ?? 0) > 0) return "failed";
  return (counts.cancelled ?? 0) > 0 ? "cancelled" : "completed";
}
