/** How tasks, groups and waves look in the graph. */
import type { NodeProps } from "@xyflow/react";
import { createContext, useContext } from "react";
import { Link } from "wouter";
import { formatCount, formatNumber } from "../../ui/format.ts";
import { Icon } from "../../ui/icon.tsx";
import { countsText, ProgressBar } from "../../ui/progress_bar.tsx";
import { STATUS_ICONS } from "../../ui/status_badge.tsx";
import { useCounts, useHeld, useStatus } from "./board_context.ts";
import type { GroupNode, TaskNode, WaveNode } from "./flow_elements.ts";
import { LongLabel } from "./long_label.tsx";
import { labelOf } from "./task_graph.ts";
import { useZoomLevel } from "./zoom_level.ts";

/** What can be done with what is drawn. */
export interface FlowActions {
  readonly onToggle: (groupId: string) => void;
  /** The item that was found or pointed at; null: none. */
  readonly found: string | null;
}

export const FlowActionsContext = createContext<FlowActions>({ onToggle: () => {}, found: null });

/** A task: a link to it; from afar only its picture. */
export function TaskBox({ id, data: { index, task } }: NodeProps<TaskNode>) {
  const status = useStatus(index);
  const held = useHeld(index);
  const level = useZoomLevel();
  const { found } = useContext(FlowActionsContext);
  const said = `${labelOf(task)}, ${status}${held ? ", held back by a failure" : ""}`;
  const look = {
    className: `flow-task flow-${status}`,
    "data-held": held || undefined,
    "data-found": found === id || undefined,
    title: `${said} (${task.method})`,
  };
  const content = level === "colours" ? null : (
    <>
      <Icon name={STATUS_ICONS[status]} />
      <LongLabel text={labelOf(task)} said={said} />
    </>
  );
  const href = `/tasks/${encodeURIComponent(task.id)}`;
  return (
    <>
      <Ends />
      {level === "near"
        ? <Link href={href} {...look}>{content}</Link>
        : <div {...look}>{content}</div>}
    </>
  );
}

/** A group: a button that opens and closes it; from afar only its picture. */
export function GroupBox({ id, data: { method, open, tasks } }: NodeProps<GroupNode>) {
  const counts = useCounts(tasks);
  const { onToggle, found } = useContext(FlowActionsContext);
  const trouble = (counts.failed ?? 0) + (counts.cancelled ?? 0) > 0;
  const look = {
    className: "flow-group",
    "data-found": found === id || undefined,
    "data-trouble": trouble || undefined,
    title: `${method}: ${countsText(counts)}`,
  };
  const content = (
    <>
      <span className="flow-group-head">
        <Icon name={open ? "close" : "plus"} />
        <LongLabel text={method} said={`${method}, ${formatCount(tasks.length, "task")}: `} />
        <span className="number" aria-hidden="true">×{formatNumber(tasks.length)}</span>
      </span>
      <ProgressBar counts={counts} label={formatCount(tasks.length, "task")} />
      <span className="flow-group-counts">{countsText(counts)}</span>
    </>
  );
  return (
    <>
      <Ends />
      {useZoomLevel() === "near"
        ? (
          <button type="button" {...look} aria-expanded={open} onClick={() => onToggle(id)}>
            {content}
          </button>
        )
        : <div {...look}>{content}</div>}
    </>
  );
}

/**
 * Where edges end, as the drawing looks for them; its own component for it listens to every change of
 * the zoom, which is too much for thousands.
 */
function Ends() {
  return (
    <>
      <span className="flow-end target" data-handlepos="left" />
      <span className="flow-end source" data-handlepos="right" />
    </>
  );
}

/** The ground of a wave, with its name. */
export function WaveGround({ data: { wave, tasks } }: NodeProps<WaveNode>) {
  return (
    <div className="flow-wave">
      <strong>Wave {wave}</strong>
      <span className="muted">{formatCount(tasks, "task")}</span>
    </div>
  );
}
