/** The lines of a log that are held in the page: the newest, each once, in bounds. */
import type { LogLineView } from "../../schema.ts";

/** A line of a log. */
export type LogLine = LogLineView;

/** What is held, and whether older lines had to go. */
export interface HeldLines {
  readonly lines: readonly LogLine[];
  /** True when lines before the first that is held were let go. */
  readonly dropped: boolean;
}

/** Nothing yet. */
export const NO_LINES: HeldLines = { lines: [], dropped: false };

/** So much, that a page stays quick; the rest is a request away. */
export const [LINES_MAX, CHARACTERS_MAX] = [5_000, 4_000_000] as const;

/** `held` with `more` behind it. A stream that resumes may repeat a line: its place says so. */
export function withLines(
  held: HeldLines,
  more: readonly LogLine[],
): HeldLines {
  const last = held.lines.at(-1);
  const fresh = last === undefined ? more : more.filter((line) => isAfter(line, last));
  if (fresh.length === 0) return held;
  const all = [...held.lines, ...fresh];
  const first = firstHeld(all);
  return { lines: all.slice(first), dropped: held.dropped || first > 0 };
}

function isAfter(a: LogLine, b: LogLine): boolean {
  return a.run > b.run || (a.run === b.run && a.line > b.line);
}

/** The place of the first of `lines` that is still held when the newest fill the room. */
function firstHeld(lines: readonly LogLine[]): number {
  let characters = 0;
  for (let at = lines.length - 1; at >= 0; at--) {
    characters += lines[at]?.message.length ?? 0;
    if (characters > CHARACTERS_MAX || lines.length - at > LINES_MAX) {
      return at + 1;
    }
  }
  return 0;
}

/** The levels, the least important first. */
export const LEVELS = ["debug", "info", "warn", "error"] as const;
/** How important a line is. */
export type Level = (typeof LEVELS)[number];

/** The lines of `least` and more important ones, of one run or of all. */
export function filterLines(
  lines: readonly LogLine[],
  { least, run }: { readonly least: Level; readonly run: number | null },
): readonly LogLine[] {
  if (least === "debug" && run === null) return lines;
  const from = LEVELS.indexOf(least);
  return lines.filter((line) =>
    LEVELS.indexOf(line.level) >= from && (run === null || line.run === run)
  );
}

/** The fields of a line as text: `host=a.example tries=2`. */
export function fieldsText(fields: LogLine["fields"]): string {
  return Object.entries(fields)
    .map(([name, value]) => `${name}=${typeof value === "string" ? value : JSON.stringify(value)}`)
    .join(" ");
}

/** The log as text, for the clipboard. */
export function logText(lines: readonly LogLine[]): string {
  return lines.map(({ at, run, level, message, fields }) =>
    [at, `run ${run}`, level.padEnd(5), message, fieldsText(fields)].join("  ")
      .trimEnd()
  ).join("\n");
}

/** What the stream of lines takes as `after` to begin with the newest `runs` runs; null: with the first. */
export function startAfter(run: number, runs: number): string | null {
  return run > runs ? `${run - runs}.999999999` : null;
}
