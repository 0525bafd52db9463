/** The graph and the chart beside it, with what steers both. */
import { useCallback, useEffect, useMemo, useState } from "react";
import { Switch } from "../../ui/field.tsx";
import { formatNumber } from "../../ui/format.ts";
import { BoardContext } from "./board_context.ts";
import { FlowGraph, type Target } from "./flow_graph.tsx";
import { EDGES_MAX } from "./flow_elements.ts";
import { GanttChart } from "./gantt_chart.tsx";
import { graphView, GROUPED_ABOVE, groupId, taskItemId } from "./graph_view.ts";
import { isWide, layout } from "./layout.ts";
import type { Recording } from "./recording.ts";
import { StatusBoard } from "./status_board.ts";
import { TaskFinder } from "./task_finder.tsx";
import type { TaskGraph, TaskStatus } from "./task_graph.ts";

interface WorkflowViewsProps {
  readonly graph: TaskGraph;
  readonly statuses: readonly TaskStatus[];
  readonly recording: Recording;
  readonly at: number | null;
  /** A task to look at; another object looks anew. */
  readonly wanted: { readonly task: number } | null;
  readonly onFind: (task: number) => void;
}

/** Both drawings. */
export function WorkflowViews(props: WorkflowViewsProps) {
  const { graph, statuses, recording, at, wanted, onFind } = props;
  const board = useMemo(() => new StatusBoard(graph), [graph]);
  useEffect(() => board.show(statuses), [board, statuses]);
  const drawing = useDrawing(graph, wanted);
  const { view } = drawing;
  // As it was drawn first: what one looks at keeps its place when groups open.
  const [wide] = useState(() => isWide(layout(view)));
  return (
    <BoardContext value={board}>
      <div className={`workflow-views ${wide ? "workflow-views-wide" : ""}`}>
        <section className="workflow-graph" aria-label="Graph">
          <div className="workflow-tools">
            <TaskFinder graph={graph} onFind={onFind} />
            {graph.tasks.length > GROUPED_ABOVE
              ? (
                <Switch
                  label="Group by method"
                  checked={drawing.grouped}
                  onChange={drawing.onGrouped}
                />
              )
              : null}
            {view.edges.length > EDGES_MAX
              ? (
                <span className="muted">
                  {formatNumber(view.edges.length)} dependencies: point at a task for its own
                </span>
              )
              : null}
          </div>
          <div className="workflow-canvas">
            <FlowGraph
              graph={graph}
              view={view}
              board={board}
              target={drawing.target}
              onToggle={drawing.toggle}
            />
          </div>
        </section>
        <section className="workflow-gantt" aria-label="Timeline">
          <GanttChart graph={graph} recording={recording} at={at} />
        </section>
      </div>
    </BoardContext>
  );
}

/** What is drawn of the graph: its groups, and where it looks. */
function useDrawing(graph: TaskGraph, wanted: WorkflowViewsProps["wanted"]) {
  const [grouped, setGrouped] = useState(graph.tasks.length > GROUPED_ABOVE);
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const [target, setTarget] = useState<Target | null>(null);
  const toggle = useCallback((id: string) => {
    setOpen((before) => before.has(id) ? without(before, id) : new Set([...before, id]));
    setTarget({ item: id, found: false });
  }, []);
  const onGrouped = useCallback((next: boolean) => {
    setGrouped(next);
    setTarget(null);
  }, []);
  // What is looked for has to be out of its group to be seen.
  useEffect(() => {
    const task = wanted === null ? undefined : graph.tasks[wanted.task];
    if (task === undefined) return;
    const group = groupId(task.wave, task.method);
    setOpen((before) => before.has(group) ? before : new Set([...before, group]));
    setTarget({ item: taskItemId(wanted?.task ?? 0), found: true });
  }, [graph, wanted]);
  const view = useMemo(() => graphView(graph, { grouped, open }), [graph, grouped, open]);
  return { view, target, grouped, onGrouped, toggle };
}

function without(set: ReadonlySet<string>, id: string): ReadonlySet<string> {
  return new Set([...set].filter((other) => other !== id));
}
