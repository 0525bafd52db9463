/** A span of time as lines: what came and ended, how long it waited and ran. */
import { useMemo } from "react";
import type { HistoryView } from "../../../schema.ts";
import { Chart } from "../../ui/chart.tsx";
import { formatDuration, formatRate } from "../../ui/format.ts";
import { rateLines, timeLines } from "./chart_lines.ts";

/** The charts. */
export function TrafficCharts({ history }: { readonly history: HistoryView }) {
  const { times, rates, waits, runs } = useMemo(() => ({
    times: history.points.map(({ at }) => Date.parse(at)),
    rates: rateLines(history.points),
    waits: timeLines(history.points, "waitMs"),
    runs: timeLines(history.points, "runMs"),
  }), [history]);
  return (
    <div className="chart-grid">
      <div className="card chart-wide">
        <Chart
          title="Tasks a second"
          times={times}
          lines={rates}
          format={formatRate}
        />
      </div>
      <div className="card">
        <Chart
          title="Wait before a run"
          times={times}
          lines={waits}
          format={formatDuration}
        />
      </div>
      <div className="card">
        <Chart
          title="Run time"
          times={times}
          lines={runs}
          format={formatDuration}
        />
      </div>
    </div>
  );
}
