/** A dependency in the graph: passed, open, or the way of a failure. */
import { type EdgeProps, getBezierPath } from "@xyflow/react";
import { memo } from "react";
import { useEdgeState } from "./board_context.ts";
import type { FlowEdge } from "./flow_elements.ts";

/** The line; as thick as the number of dependencies that it stands for. */
export const DependencyEdge = memo(function DependencyEdge(edge: EdgeProps<FlowEdge>) {
  const state = useEdgeState(edge.data?.tasks ?? null);
  const [path] = getBezierPath(edge);
  const width = Math.min(6, 1 + Math.log10(edge.data?.count ?? 1));
  return <path d={path} className={`flow-edge flow-edge-${state}`} strokeWidth={width} />;
});
