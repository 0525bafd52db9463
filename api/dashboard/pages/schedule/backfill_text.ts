/** What a backfill would do and did, in words. */
import type { BackfillView } from "../../../schema.ts";
import { formatCount } from "../../ui/format.ts";
import { formatInZone } from "./zone_time.ts";

/** What is known before: how many ticks would start work, and which, by the clock of `timeZone`. */
export function previewText({ matched, unfired }: BackfillView, timeZone: string): string {
  const count = unfired?.count ?? 0;
  if (matched === 0) return "No tick is in that time.";
  if (count === 0) return `No tick is left to fire of the ${matched} in that time.`;
  const at = (time: string | null | undefined) => formatInZone(Date.parse(time ?? ""), timeZone);
  const ticks = formatCount(matched, "tick");
  const many = `${count === matched ? "" : `${count} of `}${ticks} in that time would start work`;
  return count === 1
    ? `${many}: ${at(unfired?.first)}.`
    : `${many}: the first is ${at(unfired?.first)}, the last ${at(unfired?.last)}.`;
}

/** What was done. */
export function backfillText({ matched, changed }: BackfillView): string {
  return `${formatCount(matched, "tick")} in that time, ${
    formatCount(changed, "of them", "of them")
  } started work.`;
}
