/** The shape of a workflow: its tasks by number, and what depends on what. None of it ever changes. */
import type { TaskView } from "../../../schema.ts";

/** Where a task stands. */
export type TaskStatus = TaskView["status"];

/** What of a task its place in the graph comes from. */
export type GraphTask = Pick<TaskView, "id" | "key" | "method" | "wave" | "deps" | "triggerRule">;

/** Tasks are named by their index, which is their place in the order of submission. */
export interface TaskGraph {
  readonly tasks: readonly GraphTask[];
  readonly indexOf: ReadonlyMap<string, number>;
  /** Dependencies of each task inside the workflow. */
  readonly parents: readonly (readonly number[])[];
  /** What depends on each task. */
  readonly children: readonly (readonly number[])[];
  readonly waves: number;
}

/** The graph of `tasks`; dependencies on tasks of elsewhere are left out. */
export function taskGraph(tasks: readonly GraphTask[]): TaskGraph {
  const indexOf = new Map(tasks.map(({ id }, index) => [id, index]));
  const children: number[][] = tasks.map(() => []);
  const parents = tasks.map(({ deps }, index) => {
    const inside = deps.map((id) => indexOf.get(id)).filter((parent) => parent !== undefined);
    for (const parent of inside) children[parent]?.push(index);
    return inside;
  });
  const waves = tasks.reduce((most, { wave }) => Math.max(most, wave + 1), 0);
  return { tasks, indexOf, parents, children, waves };
}

/** What people call a task: its key in the workflow, else its id. */
export function labelOf({ key, id }: Pick<GraphTask, "key" | "id">): string {
  return key ?? id;
}

/** True for statuses that a task does not leave by itself. */
export function isEnded(status: TaskStatus): boolean {
  return status === "completed" || status === "failed" || status === "cancelled" ||
    status === "skipped";
}
