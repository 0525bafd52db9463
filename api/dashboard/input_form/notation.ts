/** Values that JSON has no word for, as the API writes them: a map with one key. */

/** The keys that make a map of one entry mean something else. */
const TAGS: readonly string[] = [
  "$int64",
  "$bytes",
  "$double",
  "$map",
  "$result",
];

/** The text behind `tag`, where `value` is such a map. */
export function tagOf(
  value: unknown,
  tag: "$int64" | "$bytes" | "$double",
): string | null {
  if (typeof value !== "object" || value === null) return null;
  const [[key, text] = [], ...others] = Object.entries(value);
  return others.length === 0 && key === tag && typeof text === "string" ? text : null;
}

/** A map, written so that it stays one even where it looks like something else. */
export function asMap(
  entries: readonly (readonly [string, unknown])[],
): Record<string, unknown> {
  const map = Object.fromEntries(entries);
  const [first] = entries;
  return entries.length === 1 && first !== undefined && TAGS.includes(first[0])
    ? { $map: map }
    : map;
}

/** A name as a part of a JSON pointer. */
export function pointerPart(name: string): string {
  return name.replaceAll("~", "~0").replaceAll("/", "~1");
}
