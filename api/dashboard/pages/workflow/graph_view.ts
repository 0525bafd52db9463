/**
 * What of a graph is drawn: of a small one every task, of a large one the tasks of one wave and method as
 * one group that opens and closes.
 */
import type { TaskGraph } from "./task_graph.ts";

/** Above this many tasks a graph is grouped. */
export const GROUPED_ABOVE = 200;
/** Fewer tasks of a kind than this are not worth a group. */
const GROUP_MIN = 4;

/** A task or a group of tasks as it is drawn. */
export interface ViewItem {
  readonly id: string;
  readonly wave: number;
  /** The tasks in it: of a task the one itself. */
  readonly tasks: readonly number[];
  /** Null for a task. */
  readonly group: { readonly method: string; readonly open: boolean } | null;
  /** The open group that it came out of; null for what stands for itself. */
  readonly within: string | null;
}

/** A dependency between two items, or several between two groups. */
export interface ViewEdge {
  readonly id: string;
  readonly source: string;
  readonly target: string;
  readonly count: number;
}

/** Items in the order of waves. */
export interface GraphView {
  readonly items: readonly ViewItem[];
  readonly edges: readonly ViewEdge[];
  /** The item that stands for each task. */
  readonly itemOf: readonly string[];
}

/** How a graph is drawn. */
export interface ViewOptions {
  readonly grouped: boolean;
  /** Ids of the groups that are open. */
  readonly open: ReadonlySet<string>;
}

/** The id of the group of a wave and method. */
export function groupId(wave: number, method: string): string {
  return `group:${wave}:${method}`;
}

/** The id of a task's item. */
export function taskItemId(index: number): string {
  return `task:${index}`;
}

/** The items and edges to draw. */
export function graphView(graph: TaskGraph, { grouped, open }: ViewOptions): GraphView {
  const items: ViewItem[] = [];
  const itemOf: string[] = new Array(graph.tasks.length);
  const add = (item: ViewItem) => {
    items.push(item);
    if (item.group?.open !== true) { for (const task of item.tasks) itemOf[task] = item.id; }
  };
  for (const [id, tasks] of kinds(graph)) {
    const [first = 0] = tasks;
    const { wave = 0, method = "" } = graph.tasks[first] ?? {};
    const isGroup = grouped && tasks.length >= GROUP_MIN;
    const isOpen = open.has(id);
    if (isGroup) add({ id, wave, tasks, group: { method, open: isOpen }, within: null });
    if (isGroup && !isOpen) continue;
    for (const task of tasks) {
      const within = isGroup ? id : null;
      add({ id: taskItemId(task), wave, tasks: [task], group: null, within });
    }
  }
  return { items, edges: edgesBetween(graph, itemOf), itemOf };
}

/** The tasks of each wave and method, in the order of waves. */
function kinds(graph: TaskGraph): ReadonlyMap<string, readonly number[]> {
  const byKind = new Map<string, number[]>();
  const inWaves = graph.tasks.map((_, index) => index)
    .sort((a, b) => (graph.tasks[a]?.wave ?? 0) - (graph.tasks[b]?.wave ?? 0) || a - b);
  for (const index of inWaves) {
    const { wave = 0, method = "" } = graph.tasks[index] ?? {};
    const id = groupId(wave, method);
    const tasks = byKind.get(id);
    if (tasks) tasks.push(index);
    else byKind.set(id, [index]);
  }
  return byKind;
}

function edgesBetween(graph: TaskGraph, itemOf: readonly string[]): readonly ViewEdge[] {
  const counts = new Map<string, { source: string; target: string; count: number }>();
  graph.parents.forEach((parents, child) => {
    for (const parent of parents) {
      const [source = "", target = ""] = [itemOf[parent], itemOf[child]];
      const id = `${source}→${target}`;
      const known = counts.get(id);
      if (known) known.count++;
      else counts.set(id, { source, target, count: 1 });
    }
  });
  return [...counts].map(([id, edge]) => ({ id, ...edge }));
}
