/** A wave as colours: one path a status, whatever the number of tasks. */
import type { NodeProps } from "@xyflow/react";
import { useContext, useMemo, useSyncExternalStore } from "react";
import { BoardContext } from "./board_context.ts";
import type { PaintedItem, PaintedNode } from "./flow_elements.ts";
import type { StatusBoard } from "./status_board.ts";

/** The wave with its name. */
export function PaintedWave({ data: { wave, items, box } }: NodeProps<PaintedNode>) {
  const board = useContext(BoardContext);
  const version = useSyncExternalStore(board.subscribe, board.version);
  const paths = useMemo(() => pathsOf(items, board), [items, board, version]);
  return (
    <div className="flow-wave flow-painted">
      <strong>Wave {wave}</strong>
      <svg viewBox={`0 0 ${box.width} ${box.height}`} aria-hidden="true">
        {paths.map(([status, path]) => (
          <path key={status} className={`paint map-${status}`} d={path} />
        ))}
      </svg>
    </div>
  );
}

function pathsOf(items: readonly PaintedItem[], board: StatusBoard) {
  const byStatus = new Map<string, string[]>();
  for (const { tasks, box: { x, y, width, height } } of items) {
    const status = board.mainStatusOf(tasks);
    const parts = byStatus.get(status) ?? [];
    parts.push(`M${x} ${y}h${width}v${height}h-${width}z`);
    byStatus.set(status, parts);
  }
  return [...byStatus].map(([status, parts]) => [status, parts.join("")] as const);
}
