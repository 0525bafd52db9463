/** The points of a window as lines of charts. */
import type { HistoryView } from "../../../schema.ts";
import type { ChartLine } from "../../ui/chart_line.ts";

type Points = HistoryView["points"];

/** What came and ended; an end that there was none of has no line, but for the usual one. */
export function rateLines(points: Points): readonly ChartLine[] {
  const line = (label: string, color: string, rate: (point: Points[number]) => number) => ({
    label,
    color,
    values: points.map(rate),
  });
  const usual = [
    line("submitted", "--accent", (point) => point.submittedPerSecond),
    { ...line("completed", "--status-completed", (point) => ended(point).completed), fill: true },
  ];
  const others = [
    line("failed", "--status-failed", (point) => ended(point).failed),
    line(
      "cancelled or skipped",
      "--status-cancelled",
      (point) => ended(point).cancelled + ended(point).skipped,
    ),
  ];
  return [...usual, ...others.filter(({ values }) => values.some((rate) => rate > 0))];
}

function ended({ finishedPerSecond }: Points[number]): Points[number]["finishedPerSecond"] {
  return finishedPerSecond;
}

const SHARES = [
  { label: "median", color: "--accent", share: "p50" },
  { label: "95 %", color: "--status-scheduled", share: "p95" },
  { label: "99 %", color: "--status-blocked", share: "p99" },
] as const;

/** How long it took; where nothing ran nothing is known. */
export function timeLines(
  points: Points,
  what: "waitMs" | "runMs",
): readonly ChartLine[] {
  return SHARES.map(({ label, color, share }) => ({
    label,
    color,
    values: points.map((point) => point[what]?.[share] ?? null),
  }));
}
