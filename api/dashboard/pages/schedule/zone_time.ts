/** Times in the time zone of a schedule. */

/** The time zone of the browser. */
export function userZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** Day and time in `timeZone`; in UTC where the browser does not know it. */
export function formatInZone(at: number, timeZone: string): string {
  const format = (zone: string) =>
    new Intl.DateTimeFormat("en-GB", {
      weekday: "short",
      day: "numeric",
      month: "short",
      year: "numeric",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
      timeZone: zone,
      timeZoneName: "short",
    }).format(at);
  try {
    return format(timeZone);
  } catch {
    return format("UTC");
  }
}

/** The value of a `datetime-local` field for `at`, in the user's zone. */
export function localInput(at: number): string {
  const date = new Date(at);
  return new Date(at - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** The instant that a `datetime-local` field says; null where it says none. */
export function instantOf(input: string): string | null {
  const at = Date.parse(input);
  return Number.isNaN(at) ? null : new Date(at).toISOString();
}
