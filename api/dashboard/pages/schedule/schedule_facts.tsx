/** What a schedule is. */
import { Link } from "wouter";
import type { ScheduleAnswer } from "../../../schema.ts";
import { type Fact, FactList } from "../../ui/fact_list.tsx";
import { formatDuration, formatNumber } from "../../ui/format.ts";
import { OVERLAPS } from "./schedule_form.ts";

/** Its settings and counters. */
export function ScheduleFacts({ schedule }: { readonly schedule: ScheduleAnswer }) {
  const { cron, timezone, overlap, catchUpWindowMs, jitterMs, counts, name } = schedule;
  const facts: readonly Fact[] = [
    ["Cron expression", <code key="cron">{cron}</code>],
    ["Time zone", timezone],
    [
      "While the work before still runs",
      OVERLAPS.find(({ value }) => value === overlap)?.label ?? overlap,
    ],
    ["Catch-up window", formatDuration(catchUpWindowMs)],
    ["Jitter", jitterMs === 0 ? "none" : `up to ${formatDuration(jitterMs)}`],
    [
      "Ticks so far",
      <ul key="counts" className="plain-list">
        {(["fired", "skipped", "missed", "refused"] as const).map((count) => (
          <li key={count}>{formatNumber(counts[count])} {count}</li>
        ))}
      </ul>,
    ],
    [
      "Tasks",
      <Link key="tasks" href={`/tasks?label=${encodeURIComponent(`dtask.schedule:${name}`)}`}>
        All that it has started
      </Link>,
    ],
  ];
  return <FactList facts={facts} />;
}
