/** When each task ran, in the order of their starts; only the rows in sight are drawn. */
import { useCallback, useEffect, useMemo, useState } from "react";
import { Link } from "wouter";
import { formatCount, formatDuration } from "../../ui/format.ts";
import { Icon } from "../../ui/icon.tsx";
import { STATUS_ICONS } from "../../ui/status_badge.tsx";
import { useStatus } from "./board_context.ts";
import { type GanttRow, ganttRows, rowsInSight, startedBy, ticks } from "./gantt.ts";
import { LongLabel } from "./long_label.tsx";
import type { RecordedRun, Recording } from "./recording.ts";
import { labelOf, type TaskGraph } from "./task_graph.ts";

interface GanttChartProps {
  readonly graph: TaskGraph;
  readonly recording: Recording;
  /** Where the replay stands; null: at the end. */
  readonly at: number | null;
}

const ROW_HEIGHT = 26;
const TICKS_MAX = 6;

/** The chart. */
export function GanttChart({ graph, recording, at }: GanttChartProps) {
  const rows = useMemo(() => ganttRows(graph, recording), [graph, recording]);
  const { ref, sight, scrollTo } = useSight();
  const reached = at === null ? null : startedBy(rows, at);
  useEffect(() => {
    if (reached !== null) scrollTo(reached * ROW_HEIGHT);
  }, [reached, scrollTo]);
  const { first, end } = rowsInSight({ ...sight, rowHeight: ROW_HEIGHT, rows: rows.length });
  const scale = scaleOf(recording);
  if (rows.length === 0) return <p className="gantt-empty muted">No task has started yet.</p>;
  return (
    <div className="gantt">
      <div className="gantt-scale" aria-hidden="true">
        {ticks(recording.to - recording.from, TICKS_MAX).map((ms) => (
          <span key={ms} style={{ insetInlineStart: scale(recording.from + ms) }}>
            {formatDuration(ms)}
          </span>
        ))}
      </div>
      <div className="gantt-rows" ref={ref}>
        <ul
          aria-label={`${formatCount(rows.length, "task")} by start`}
          style={{ height: rows.length * ROW_HEIGHT }}
        >
          {rows.slice(first, end).map((row, index) => (
            <Row
              key={row.task}
              row={row}
              graph={graph}
              recording={recording}
              place={first + index}
              of={rows.length}
            />
          ))}
        </ul>
        {at === null
          ? null
          : (
            <div className="gantt-area" style={{ height: rows.length * ROW_HEIGHT }}>
              <span className="gantt-future" style={{ insetInlineStart: scale(at) }} />
              <span className="gantt-now" style={{ insetInlineStart: scale(at) }} />
            </div>
          )}
      </div>
    </div>
  );
}

interface RowProps extends Pick<GanttChartProps, "graph" | "recording"> {
  readonly row: GanttRow;
  readonly place: number;
  readonly of: number;
}

function Row({ row: { task, bars, readyAt }, graph, recording, place, of }: RowProps) {
  const status = useStatus(task);
  const { id, key } = graph.tasks[task] ?? { id: "", key: null };
  const label = labelOf({ id, key });
  const scale = scaleOf(recording);
  return (
    <li
      className="gantt-row"
      aria-posinset={place + 1}
      aria-setsize={of}
      style={{ top: place * ROW_HEIGHT }}
    >
      <Link
        href={`/tasks/${encodeURIComponent(id)}`}
        className={`gantt-label status-text-${status}`}
      >
        <Icon name={STATUS_ICONS[status]} />
        <LongLabel text={label} said={`${label}, ${status}`} />
      </Link>
      <span className="gantt-bars">
        <Waited from={readyAt} to={bars[0]?.from ?? readyAt} scale={scale} />
        {bars.map((bar) => (
          <span
            key={bar.run}
            className={`gantt-bar ${barClass(bar)}`}
            title={barText(bar, recording)}
            style={{
              insetInlineStart: scale(bar.from),
              insetInlineEnd: `calc(100% - ${scale(Math.min(bar.to, recording.to))})`,
            }}
          />
        ))}
        <span className="visually-hidden">
          {bars.map((bar) => barText(bar, recording)).join("; ")}
        </span>
      </span>
    </li>
  );
}

interface WaitedProps {
  /** Epoch ms, both. */
  readonly from: number;
  readonly to: number;
  readonly scale: (at: number) => string;
}

/** How long a task waited for a place when nothing but that kept it. */
function Waited({ from, to, scale }: WaitedProps) {
  if (to <= from) return null;
  const waited = `waited ${formatDuration(to - from)} to start`;
  return (
    <>
      <span
        className="gantt-wait"
        title={waited}
        style={{ insetInlineStart: scale(from), insetInlineEnd: `calc(100% - ${scale(to)})` }}
      />
      <span className="visually-hidden">{waited};</span>
    </>
  );
}

/** Where a time is, as a share of the width. */
function scaleOf({ from, to }: Recording): (at: number) => string {
  const length = Math.max(1, to - from);
  return (at) => `${(100 * (at - from) / length).toFixed(3)}%`;
}

function barClass({ outcome }: RecordedRun): string {
  if (outcome === null) return "fill-running";
  if (outcome === "completed") return "fill-completed";
  if (outcome === "threw" || outcome === "timeout" || outcome === "crashed") return "fill-failed";
  return "fill-cancelled";
}

function barText(
  { run, from, to, outcome, node }: RecordedRun,
  { from: start }: Recording,
): string {
  const began = `Run ${run} on ${node}: after ${formatDuration(from - start)}`;
  if (outcome === null) return `${began}, still running`;
  return `${began} for ${formatDuration(to - from)}, ${outcome.replaceAll("_", " ")}`;
}

/** What of a scrolled element is in sight; `scrollTo` brings a place of it in, where it is not. */
function useSight() {
  const [element, setElement] = useState<HTMLElement | null>(null);
  const [sight, setSight] = useState({ scrollTop: 0, height: 600 });
  useEffect(() => {
    if (element === null) return;
    const look = () => setSight({ scrollTop: element.scrollTop, height: element.clientHeight });
    const observer = new ResizeObserver(look);
    observer.observe(element);
    element.addEventListener("scroll", look, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener("scroll", look);
    };
  }, [element]);
  const scrollTo = useCallback((top: number) => {
    if (element === null) return;
    const { scrollTop, clientHeight } = element;
    const inSight = top >= scrollTop && top <= scrollTop + clientHeight - 2 * ROW_HEIGHT;
    if (!inSight) element.scrollTop = top - clientHeight / 2;
  }, [element]);
  return { ref: setElement, sight, scrollTo };
}
