/** A view and its layout as the nodes and edges that the drawing takes. Pure; made once for each view. */
import type { Edge, Node } from "@xyflow/react";
import type { GraphView, ViewEdge, ViewItem } from "./graph_view.ts";
import type { Box, Layout } from "./layout.ts";
import { type GraphTask, labelOf, type TaskGraph } from "./task_graph.ts";

/** A task. */
export type TaskNode = Node<{ readonly index: number; readonly task: GraphTask }, "task">;
/** Tasks of one wave and method. */
export type GroupNode = Node<
  { readonly method: string; readonly open: boolean; readonly tasks: readonly number[] },
  "tasks"
>;
/** What stands behind all of a wave. */
export type WaveNode = Node<{ readonly wave: number; readonly tasks: number }, "wave">;
/** A wave with all that is in it as colours, for what would be too many nodes. */
export type PaintedNode = Node<
  { readonly wave: number; readonly items: readonly PaintedItem[]; readonly box: Box },
  "painted"
>;
/** All that is drawn. */
export type FlowNode = TaskNode | GroupNode | WaveNode | PaintedNode;

/** A task or a group as a rectangle, seen from the corner of its wave. */
export interface PaintedItem {
  readonly tasks: readonly number[];
  readonly box: Box;
}
/** A dependency; `tasks` where it is between two tasks. */
export type FlowEdge = Edge<
  { readonly tasks: readonly [number, number] | null; readonly count: number },
  "dependency"
>;

/** The nodes: waves first, so that they lie behind. */
export function flowNodes(graph: TaskGraph, view: GraphView, { boxes, waves }: Layout): FlowNode[] {
  const behind = waves.map(({ wave, tasks, ...box }): WaveNode => ({
    ...placed(`wave:${wave}`, box),
    type: "wave",
    data: { wave, tasks },
    zIndex: -1,
    focusable: false,
  }));
  const items = view.items.map((item): FlowNode => {
    const box = boxes.get(item.id) ?? { x: 0, y: 0, width: 0, height: 0 };
    return item.group === null ? taskNode(graph, item, box) : {
      ...placed(item.id, box),
      type: "tasks",
      data: { ...item.group, tasks: item.tasks },
    };
  });
  return [...behind, ...items];
}

/** More items than this are painted where each would be too small to be read. */
export const NODES_MAX = 1_000;

/** The waves with what is in them painted. */
export function paintedNodes(view: GraphView, { boxes, waves }: Layout): FlowNode[] {
  const byWave = Map.groupBy(view.items, ({ wave }) => wave);
  return waves.map(({ wave, tasks: _, ...around }): PaintedNode => {
    const items = (byWave.get(wave) ?? []).flatMap(({ id, tasks }) => {
      const box = boxes.get(id);
      if (box === undefined) return [];
      return [{ tasks, box: { ...box, x: box.x - around.x, y: box.y - around.y } }];
    });
    const node = placed(`painted:${wave}`, around);
    return { ...node, type: "painted", data: { wave, items, box: around } };
  });
}

function taskNode(graph: TaskGraph, { id, tasks: [index = 0] }: ViewItem, box: Box): FlowNode {
  const task = graph.tasks[index];
  if (task === undefined) throw new Error(`The graph has no task ${index}`);
  return { ...placed(id, box), type: "task", data: { index, task }, ariaLabel: labelOf(task) };
}

/** With its size and the places where edges end, so that edges to what is out of sight are drawn, too. */
function placed(id: string, { x, y, width, height }: Box) {
  const end = { y: height / 2, width: 1, height: 1 };
  return {
    id,
    position: { x, y },
    width,
    height,
    measured: { width, height },
    handles: [
      { ...end, type: "target" as const, position: "left" as never, x: 0 },
      { ...end, type: "source" as const, position: "right" as never, x: width },
    ],
    draggable: false,
    selectable: false,
    connectable: false,
  };
}

/** More edges than this are drawn only where one looks. */
export const EDGES_MAX = 2_000;

/** The edges to draw: all of few, of many those of the items in `marked`. */
export function flowEdges(view: GraphView, marked: ReadonlySet<string>): FlowEdge[] {
  const many = view.edges.length > EDGES_MAX;
  const drawn = many
    ? view.edges.filter(({ source, target }) => marked.has(source) || marked.has(target))
    : view.edges;
  return drawn.map((edge) => ({
    id: edge.id,
    source: edge.source,
    target: edge.target,
    type: "dependency",
    className: marked.has(edge.source) || marked.has(edge.target) ? "edge-marked" : "",
    data: { tasks: tasksOf(edge), count: edge.count },
  }));
}

function tasksOf({ source, target }: ViewEdge): readonly [number, number] | null {
  const [from, to] = [source, target].map((id) => /^task:(\d+)$/.exec(id)?.[1]);
  return from === undefined || to === undefined ? null : [Number(from), Number(to)];
}
