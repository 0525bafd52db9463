/** Times: how long ago, and exactly in the title, in the user's zone. */
import { useNow } from "./clock.ts";
import { formatDuration, formatExactTime, formatRelative, formatTime } from "./format.ts";

interface TimeTextProps {
  /** ISO 8601; null shows a dash. */
  readonly value: string | null;
  /** `relative` by default; `time`: the time of day. */
  readonly as?: "relative" | "time";
}

/** A point in time. */
export function TimeText({ value, as = "relative" }: TimeTextProps) {
  const now = useNow();
  if (value === null) return <span className="muted">–</span>;
  const at = Date.parse(value);
  return (
    <time dateTime={value} title={formatExactTime(at)}>
      {as === "time" ? formatTime(at, now) : formatRelative(at, now)}
    </time>
  );
}

interface DurationTextProps {
  /** ISO 8601; null: not begun. */
  readonly from: string | null;
  /** Null: it still goes on, so the text does too. */
  readonly to: string | null;
}

/** How long something took, or takes so far. */
export function DurationText({ from, to }: DurationTextProps) {
  const now = useNow();
  if (from === null) return <span className="muted">–</span>;
  const ms = (to === null ? now : Date.parse(to)) - Date.parse(from);
  return <span className="number">{formatDuration(Math.max(0, ms))}</span>;
}
