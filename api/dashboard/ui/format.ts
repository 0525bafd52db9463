/** Numbers and times as people read them, in the browser's language rules and time zone. */

const NUMBER = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const SHORT = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** 1234567 as `1,234,567`. */
export function formatNumber(value: number): string {
  return NUMBER.format(value);
}

/** 1234567 as `1.2M`: for where there is little room. */
export function formatShortNumber(value: number): string {
  return SHORT.format(value);
}

/** A rate: `0.25/s`, `12/s`, `1.2K/s`. */
export function formatRate(perSecond: number): string {
  if (perSecond > 0 && perSecond < 10) return `${trim(perSecond.toFixed(2))}/s`;
  return `${SHORT.format(perSecond)}/s`;
}

/** A share from 0 to 1 as `99.5 %`. */
export function formatShare(share: number): string {
  return `${trim((share * 100).toFixed(1))} %`;
}

/** A span of time: `0.4 ms`, `12 ms`, `3.2 s`, `2 min 5 s`, `3 h 2 min`, `4 d 1 h`. */
export function formatDuration(ms: number): string {
  if (ms < 0) return `−${formatDuration(-ms)}`;
  if (ms < 10) return `${trim(ms.toFixed(1))} ms`;
  if (ms < SECOND) return `${Math.round(ms)} ms`;
  if (ms < MINUTE) return `${trim((Math.floor(ms / 100) / 10).toFixed(1))} s`;
  if (ms < HOUR) return twoUnits(ms, [MINUTE, "min"], [SECOND, "s"]);
  if (ms < DAY) return twoUnits(ms, [HOUR, "h"], [MINUTE, "min"]);
  return twoUnits(ms, [DAY, "d"], [HOUR, "h"]);
}

/** How far `at` is from `now`, both epoch ms: `just now`, `5 s ago`, `in 3 min`. */
export function formatRelative(at: number, now: number): string {
  const distance = Math.abs(now - at);
  if (distance < SECOND) return "just now";
  const [unit, name] = distance < MINUTE
    ? [SECOND, "s"] as const
    : distance < HOUR
    ? [MINUTE, "min"] as const
    : distance < DAY
    ? [HOUR, "h"] as const
    : [DAY, "d"] as const;
  const text = `${Math.floor(distance / unit)} ${name}`;
  return at > now ? `in ${text}` : `${text} ago`;
}

/** A time in the user's zone, to the second; the day where it is not the same as `now`'s. */
export function formatTime(at: number, now = Date.now()): string {
  const date = new Date(at);
  const sameDay = date.toDateString() === new Date(now).toDateString();
  const time = date.toLocaleTimeString(undefined, { hour12: false });
  return sameDay ? time : `${date.toLocaleDateString(undefined, { dateStyle: "medium" })}, ${time}`;
}

/** A time in the user's zone, to the millisecond and with the zone's name. */
export function formatExactTime(at: number): string {
  return new Date(at).toLocaleString(undefined, {
    year: "numeric",
    month: "short",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    fractionalSecondDigits: 3,
    hour12: false,
    timeZoneName: "short",
  });
}

/** A size: `12 B`, `3.4 KiB`, `5 MiB`. */
export function formatBytes(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let [value, unit] = [bytes, 0];
  while (value >= 1_024 && unit < units.length - 1) [value, unit] = [value / 1_024, unit + 1];
  return `${trim(value.toFixed(unit === 0 ? 0 : 1))} ${units[unit]}`;
}

/** `one task`, `2 tasks`: a number with its noun. */
export function formatCount(count: number, one: string, many = `${one}s`): string {
  return `${formatNumber(count)} ${count === 1 ? one : many}`;
}

type Unit = readonly [ms: number, name: string];

function twoUnits(ms: number, [big, bigName]: Unit, [small, smallName]: Unit): string {
  const rest = Math.floor((ms % big) / small);
  const first = `${Math.floor(ms / big)} ${bigName}`;
  return rest === 0 ? first : `${first} ${rest} ${smallName}`;
}

function trim(digits: string): string {
  return digits.includes(".") ? digits.replace(/\.?0+$/, "") : digits;
}
