/** How a span of time went, in numbers. */
import type { TrafficView } from "../../../schema.ts";
import { formatDuration, formatNumber, formatShare } from "../../ui/format.ts";
import { Stat, StatList } from "../../ui/stat.tsx";

/** Counts, the share that succeeded, waits and run times. */
export function WindowStats({ total }: { readonly total: TrafficView }) {
  const { completed, failed, cancelled, skipped } = total.finished;
  return (
    <StatList>
      <Stat label="Submitted" value={formatNumber(total.submitted)} />
      <Stat
        label="Completed"
        value={formatNumber(completed)}
        note={endedOtherwise(cancelled, skipped)}
      />
      <Stat
        label="Success rate"
        value={total.successRate === null ? "–" : formatShare(total.successRate)}
        note={failed === 0 ? "none failed" : `${formatNumber(failed)} failed`}
      />
      <Stat label="Wait, median" {...percentiles(total.waitMs)} />
      <Stat label="Run time, median" {...percentiles(total.runMs)} />
    </StatList>
  );
}

function endedOtherwise(cancelled: number, skipped: number): string {
  if (cancelled + skipped === 0) return "none cancelled or skipped";
  return [
    cancelled > 0 ? `${formatNumber(cancelled)} cancelled` : null,
    skipped > 0 ? `${formatNumber(skipped)} skipped` : null,
  ].filter((part) => part !== null).join(", ");
}

function percentiles(times: TrafficView["waitMs"]) {
  if (times === null) return { value: "–", note: "no run" };
  return {
    value: formatDuration(times.p50),
    note: `95 %: ${formatDuration(times.p95)}, 99 %: ${formatDuration(times.p99)}`,
  };
}
