/** The graph of a workflow: pan, zoom, minimap; only what is in sight is drawn. */
import {
  Controls,
  type FitViewOptions,
  MiniMap,
  type NodeMouseHandler,
  ReactFlow,
  type ReactFlowInstance,
  ReactFlowProvider,
  useReactFlow,
} from "@xyflow/react";
import { useCallback, useEffect, useMemo, useState } from "react";
import type { StatusBoard } from "./status_board.ts";
import { DependencyEdge } from "./dependency_edge.tsx";
import {
  type FlowEdge,
  flowEdges,
  type FlowNode,
  flowNodes,
  NODES_MAX,
  paintedNodes,
} from "./flow_elements.ts";
import { FlowActionsContext, GroupBox, TaskBox, WaveGround } from "./flow_nodes.tsx";
import type { GraphView } from "./graph_view.ts";
import { type Box, layout } from "./layout.ts";
import { PaintedWave } from "./painted_wave.tsx";
import type { TaskGraph } from "./task_graph.ts";
import { NEAR_ZOOM, useZoomLevel } from "./zoom_level.ts";

/** Where the graph is to look; another object looks anew. */
export interface Target {
  readonly item: string;
  /** It was looked for: it is marked, too. */
  readonly found: boolean;
}

interface FlowGraphProps {
  readonly graph: TaskGraph;
  readonly view: GraphView;
  readonly board: StatusBoard;
  readonly target: Target | null;
  readonly onToggle: (groupId: string) => void;
}

const NODE_TYPES = { task: TaskBox, tasks: GroupBox, wave: WaveGround, painted: PaintedWave };
const EDGE_TYPES = { dependency: DependencyEdge };
const FIT: FitViewOptions = {
  // The buttons are on the right.
  padding: { left: "12px", right: "64px", y: "8px" },
  maxZoom: 1,
  minZoom: 0.02,
};
/** With fewer items one does not get lost; with more, drawing them once more takes too long. */
const [MAPPED_ABOVE, MAPPED_MAX] = [30, 3_000];

/** The graph; fills the element around it. */
export function FlowGraph(props: FlowGraphProps) {
  return (
    <ReactFlowProvider>
      <Flow {...props} />
    </ReactFlowProvider>
  );
}

function Flow({ graph, view, board, target, onToggle }: FlowGraphProps) {
  const [pointed, setPointed] = useState<string | null>(null);
  const places = useMemo(() => layout(view), [view]);
  const level = useZoomLevel();
  const painted = level === "colours" && view.items.length > NODES_MAX;
  const all = useMemo(() => flowNodes(graph, view, places), [graph, view, places]);
  const colours = useMemo(() => paintedNodes(view, places), [view, places]);
  const found = target?.found === true ? target.item : null;
  const marked = useMemo(
    () => new Set([pointed, found].filter((item) => item !== null)),
    [pointed, found],
  );
  const edges = useMemo(
    () => painted ? [] : flowEdges(view, marked),
    [view, marked, painted],
  );
  const onEnter: NodeMouseHandler<FlowNode> = useCallback((_, { id }) => setPointed(id), []);
  const onLeave = useCallback(() => setPointed(null), []);
  const flow = useReactFlow();
  const onClick: NodeMouseHandler<FlowNode> = useCallback(
    ({ clientX, clientY }, { id, type }) => {
      const point = flow.screenToFlowPosition({ x: clientX, y: clientY });
      if (type === "painted") lookAt(flow, { ...point, width: 0, height: 0 });
      else if (level !== "near") lookAt(flow, places.boxes.get(id));
    },
    [flow, places, level],
  );
  useEffect(() => {
    if (target === null) void flow.fitView(FIT);
    else lookAt(flow, places.boxes.get(target.item));
  }, [flow, places, target]);
  return (
    <FlowActionsContext value={useMemo(() => ({ onToggle, found }), [onToggle, found])}>
      <ReactFlow<FlowNode, FlowEdge>
        nodes={painted ? colours : all}
        edges={edges}
        nodeTypes={NODE_TYPES}
        edgeTypes={EDGE_TYPES}
        onNodeMouseEnter={onEnter}
        onNodeMouseLeave={onLeave}
        onNodeClick={onClick}
        className={`flow-${level}`}
        fitView
        fitViewOptions={FIT}
        minZoom={0.02}
        maxZoom={2}
        onlyRenderVisibleElements
        nodesFocusable={false}
        edgesFocusable={false}
        nodesDraggable={false}
        nodesConnectable={false}
        elementsSelectable={false}
        disableKeyboardA11y
        zoomOnDoubleClick={false}
        preventScrolling
        proOptions={HIDDEN_NAME}
      >
        <Controls position="bottom-right" showInteractive={false} fitViewOptions={FIT} />
        {view.items.length > MAPPED_ABOVE && view.items.length <= MAPPED_MAX
          ? <Overview board={board} />
          : null}
      </ReactFlow>
    </FlowActionsContext>
  );
}

const MAP_SIZE = { width: 150, height: 96 };
const HIDDEN_NAME = { hideAttribution: true };

/** The minimap, coloured by status; drawn again no more than once a second. */
function Overview({ board }: { readonly board: StatusBoard }) {
  const [drawn, setDrawn] = useState(0);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | null = null;
    const unsubscribe = board.subscribe(() => {
      timer ??= setTimeout(() => {
        timer = null;
        setDrawn((count) => count + 1);
      }, 1_000);
    });
    return () => {
      unsubscribe();
      if (timer !== null) clearTimeout(timer);
    };
  }, [board]);
  const classOf = useCallback((node: FlowNode) => {
    if (node.type === "task") return `map-${board.statusOf(node.data.index)}`;
    return node.type === "tasks" ? `map-${board.mainStatusOf(node.data.tasks)}` : "map-wave";
    // `drawn` makes another function of it, which draws the map anew.
  }, [board, drawn]);
  return (
    <MiniMap<FlowNode>
      position="bottom-left"
      pannable
      zoomable
      nodeClassName={classOf}
      ariaLabel="Overview map"
      style={MAP_SIZE}
    />
  );
}

/** Puts a box into the middle, near enough to be read. */
function lookAt({ getZoom, setCenter }: ReactFlowInstance, box: Box | undefined): void {
  if (box === undefined) return;
  const { x, y, width, height } = box;
  const zoom = getZoom();
  void setCenter(x + width / 2, y + height / 2, { zoom: zoom < NEAR_ZOOM ? 0.8 : zoom });
}
