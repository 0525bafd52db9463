/** How far something of many parts is: a bar of the parts by status, with the same in words. */
import type { TaskView } from "../../schema.ts";
import { formatNumber } from "./format.ts";

/** How many there are of each status. */
export type StatusCounts = Readonly<
  Partial<Record<TaskView["status"], number>>
>;

/** What is done first, then what goes on, then what waits. */
const ORDER: readonly TaskView["status"][] = [
  ...["completed", "failed", "cancelled", "skipped"] as const,
  ...["running", "pending", "scheduled", "blocked"] as const,
];

interface ProgressBarProps {
  readonly counts: StatusCounts;
  /** What it is of, for screen readers. */
  readonly label: string;
}

/** The bar; its words name every status that is there. */
export function ProgressBar({ counts, label }: ProgressBarProps) {
  const parts = ORDER.map((status) => ({ status, count: counts[status] ?? 0 }))
    .filter(({ count }) => count > 0);
  return (
    <div
      className="progress"
      role="img"
      aria-label={`${label}: ${countsText(counts)}`}
      title={countsText(counts)}
    >
      {parts.map(({ status, count }) => (
        <span
          key={status}
          className={`progress-part fill-${status}`}
          style={{ flexGrow: count }}
        />
      ))}
    </div>
  );
}

/** `12 completed, 3 running`. */
export function countsText(counts: StatusCounts): string {
  const parts = ORDER.filter((status) => (counts[status] ?? 0) > 0)
    .map((status) => `${formatNumber(counts[status] ?? 0)} ${status}`);
  return parts.length === 0 ? "no tasks" : parts.join(", ");
}

/** How many there are in all. */
export function countAll(counts: StatusCounts): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

/** How many have ended. */
export function countEnded(counts: StatusCounts): number {
  return (counts.completed ?? 0) + (counts.failed ?? 0) +
    (counts.cancelled ?? 0) +
    (counts.skipped ?? 0);
}
