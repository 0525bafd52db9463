/** Spans of time as people type them: an amount and its unit. */

/** Units, smallest first; the value is how many milliseconds one has. */
export const SPAN_UNITS = [
  { value: "1", label: "milliseconds" },
  { value: "1000", label: "seconds" },
  { value: "60000", label: "minutes" },
  { value: "3600000", label: "hours" },
  { value: "86400000", label: "days" },
] as const;

/** What stands in the two fields. */
export interface Span {
  readonly amount: string;
  readonly unit: typeof SPAN_UNITS[number]["value"];
}

/** `ms` in the largest unit in which it is whole. */
export function spanOf(ms: number): Span {
  const unit = ms === 0
    ? "1000"
    : SPAN_UNITS.findLast(({ value }) => ms % Number(value) === 0)?.value ?? "1";
  return { amount: String(ms / Number(unit)), unit };
}

/** Milliseconds; undefined where nothing is typed, the text itself where it is no number. */
export function spanMs({ amount, unit }: Span): number | string | undefined {
  const value = numberOrText(amount);
  return typeof value === "number" ? Math.round(value * Number(unit)) : value;
}

/** What is typed as a number; undefined where nothing is, the text itself where it is none. */
export function numberOrText(text: string): number | string | undefined {
  const trimmed = text.trim();
  if (trimmed === "") return undefined;
  const value = Number(trimmed);
  return Number.isNaN(value) ? trimmed : value;
}
