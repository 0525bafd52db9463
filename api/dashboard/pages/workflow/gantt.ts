/** The rows and the scale of a Gantt chart: when each task ran. */
import type { RecordedRun, Recording } from "./recording.ts";
import type { TaskGraph } from "./task_graph.ts";

/** A task that has run. */
export interface GanttRow {
  readonly task: number;
  readonly bars: readonly RecordedRun[];
  /** Epoch ms at which its dependencies had ended; not after its first start. */
  readonly readyAt: number;
}

/** The tasks that have run, by their first start. */
export function ganttRows(graph: TaskGraph, recording: Recording): readonly GanttRow[] {
  const { runs, ends, from } = recording;
  const rows = runs.map((bars, task): GanttRow => {
    const parents = graph.parents[task] ?? [];
    const ended = parents.reduce((last, parent) => Math.max(last, ends[parent]?.at ?? from), from);
    return { task, bars, readyAt: Math.min(ended, bars[0]?.from ?? from) };
  }).filter(({ bars }) => bars.length > 0);
  const start = ({ bars: [first] }: GanttRow) => first?.from ?? 0;
  return rows.sort((a, b) => start(a) - start(b) || a.task - b.task);
}

/** The last row that had started at a time; 0 where none had. */
export function startedBy(rows: readonly GanttRow[], at: number): number {
  return Math.max(
    0,
    rows.findLastIndex(({ bars: [first] }) => first !== undefined && first.from <= at),
  );
}

/** The rows to draw: those in sight, and a few around them. */
export function rowsInSight(
  { scrollTop, height, rowHeight, rows }: {
    readonly scrollTop: number;
    readonly height: number;
    readonly rowHeight: number;
    readonly rows: number;
  },
): { readonly first: number; readonly end: number } {
  const margin = 8;
  const first = Math.min(rows, Math.max(0, Math.floor(scrollTop / rowHeight) - margin));
  const end = Math.min(rows, Math.ceil((scrollTop + height) / rowHeight) + margin);
  return { first, end: Math.max(first, end) };
}

const STEPS_MS = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 15, 30].map((seconds) => seconds * 1_000),
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * 60_000),
  ...[1, 2, 3, 6, 12].map((hours) => hours * 3_600_000),
];
const DAY_MS = 86_400_000;

/** Times since the start at which the scale has a mark, ms; at most `most`, and one at least. */
export function ticks(lengthMs: number, most: number): readonly number[] {
  const fits = (step: number) => lengthMs / step < most;
  const days = Math.max(1, Math.ceil(lengthMs / DAY_MS / Math.max(1, most - 1)));
  const step = STEPS_MS.find(fits) ?? days * DAY_MS;
  return Array.from({ length: Math.floor(lengthMs / step) + 1 }, (_, index) => index * step);
}
