/** Times as users see them: ISO 8601 in UTC, to the millisecond. */

/** The tasks of a list share their times, and one costs as much to write as ten other fields. */
const KEPT = 4_096;
const times = new Float64Array(KEPT).fill(NaN);
const texts: string[] = Array(KEPT).fill("");

/** Writes a time in ms since 1970. */
export function isoTime(time: number): string {
  const place = time & (KEPT - 1);
  if (times[place] !== time) {
    texts[place] = new Date(time).toISOString();
    times[place] = time;
  }
  return texts[place] ?? "";
}

/** The same; null stays null. */
export function isoTimeOrNull(time: number | null): string | null {
  return time === null ? null : isoTime(time);
}
