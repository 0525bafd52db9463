/** The largest unit that fits, with the next smaller one where the first is coarse. */
const UNITS = [["d", 86_400_000], ["h", 3_600_000], ["m", 60_000], ["s", 1_000]] as const;

/** A length of time for people: `420ms`, `3.2s`, `2m 05s`, `3h 10m`, `4d 2h`. */
export function durationText(ms: number): string {
  if (ms < 1_000) return `${Math.max(0, Math.round(ms))}ms`;
  if (ms < 60_000) return `${(Math.floor(ms / 100) / 10).toFixed(1)}s`;
  const at = UNITS.findIndex(([, unitMs]) => ms >= unitMs);
  const [unit, unitMs] = UNITS[at] ?? ["s", 1_000];
  const [next, nextMs] = UNITS[at + 1] ?? ["s", 1_000];
  const rest = Math.floor((ms % unitMs) / nextMs);
  return `${Math.floor(ms / unitMs)}${unit} ${
    String(rest).padStart(unit === "m" ? 2 : 1, "0")
  }${next}`;
}

/** A time as seen from `now`: `3s ago`, `in 5m`; `-` where there is none. */
export function relativeTime(iso: string | null, now: number): string {
  if (iso === null) return "-";
  const ms = now - Date.parse(iso);
  if (Number.isNaN(ms)) return iso;
  const [unit, unitMs] = UNITS.find(([, size]) => Math.abs(ms) >= size) ?? ["s", 1_000];
  const count = Math.floor(Math.abs(ms) / unitMs);
  if (count === 0) return "now";
  return ms < 0 ? `in ${count}${unit}` : `${count}${unit} ago`;
}

/** How long something took, or takes until now; `-` before its start. */
export function spanText(startedAt: string | null, finishedAt: string | null, now: number): string {
  if (startedAt === null) return "-";
  return durationText((finishedAt === null ? now : Date.parse(finishedAt)) - Date.parse(startedAt));
}

/** A time as the clock in `timezone` shows it: `2026-11-21 21:15:42`. */
export function clockTime(iso: string, timezone: string): string {
  const parts = new Map(
    new Intl.DateTimeFormat("en", {
      timeZone: timezone,
      hourCycle: "h23",
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
    }).formatToParts(new Date(iso)).map(({ type, value }) => [type, value]),
  );
  const of = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? "";
  return `${of("year")}-${of("month")}-${of("day")} ${of("hour")}:${of("minute")}:${of("second")}`;
}
