/** Which tasks are chosen: some by id, or all that the filter leaves, seen or not. Pure. */

/** What is chosen of a list. */
export type ChosenTasks =
  | { readonly by: "ids"; readonly ids: ReadonlySet<string> }
  /** All that match, as the filter was when they were chosen. */
  | { readonly by: "filter" };

/** Nothing. */
export const NONE_CHOSEN: ChosenTasks = { by: "ids", ids: new Set() };

/** The API changes as many named tasks at a call. */
export const IDS_AT_ONCE = 1_000;

/** True where something is chosen. */
export function isAnyChosen(chosen: ChosenTasks): boolean {
  return chosen.by === "filter" || chosen.ids.size > 0;
}

/** The keys of `shown` that are chosen, for the boxes of the rows. */
export function chosenKeys(
  chosen: ChosenTasks,
  shown: readonly string[],
): ReadonlySet<string> {
  return chosen.by === "filter" ? new Set(shown) : chosen.ids;
}

/** True where all rows that are shown are chosen but more may match: then one may want them, too. */
export function offersAll(
  chosen: ChosenTasks,
  shown: readonly string[],
  more: boolean,
): boolean {
  if (chosen.by === "filter" || !more || shown.length === 0) return false;
  return shown.every((key) => chosen.ids.has(key));
}

/** What the API is told to change, in parts that one call takes. */
export function selectionsOf(
  chosen: ChosenTasks,
  filter: Readonly<Record<string, unknown>>,
): readonly Readonly<Record<string, unknown>>[] {
  if (chosen.by === "filter") return [{ filter }];
  const ids = [...chosen.ids];
  const parts = [];
  for (let at = 0; at < ids.length; at += IDS_AT_ONCE) {
    parts.push({ ids: ids.slice(at, at + IDS_AT_ONCE) });
  }
  return parts;
}
