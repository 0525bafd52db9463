/** A span of time as lines: what came and ended, how long it waited and ran. */
import { useMemo } from "react";
import type { HistoryView } from "../../../schema.ts";
import { Chart } from "../../ui/chart.tsx";
import { formatDuration, formatRate } from "../../ui/format.ts";
import { rateLines, timeLines } from "./chart_lines.ts";

/** The charts. */
export function TrafficCharts({ history }: { readonly history: HistoryView }) {
  const times = useMemo(() => history.points.map(({ at }) => Date.parse(at)), [history]);
  const charts = useMemo(() => chartsOf(history), [history]);
  return (
    <div className="chart-grid">
      {charts.map(({ wide, ...chart }) => (
        <div key={chart.title} className={wide ? "card chart-wide" : "card"}>
          <Chart times={times} {...chart} />
        </div>
      ))}
    </div>
  );
}

function chartsOf({ points }: HistoryView) {
  const wait = timeLines(points, "waitMs");
  const run = timeLines(points, "runMs");
  return [
    { title: "Tasks a second", lines: rateLines(points), format: formatRate, wide: true },
    { title: "Wait before a run", lines: wait, format: formatDuration, wide: false },
    { title: "Run time", lines: run, format: formatDuration, wide: false },
  ];
}
