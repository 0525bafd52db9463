/** The words of explanations: times, lengths and lists, each bounded. */
import type { TaskError } from "../task.ts";
import type { RunningTask } from "./facts.ts";

const UNITS = [["d", 86_400_000], ["h", 3_600_000], ["min", 60_000], ["s", 1_000]] as const;
/** The last time that has a date. */
const LAST_TIME = 8.64e15;
const ERROR_CHARS = 200;
const NAME_CHARS = 200;
/** Tasks that a sentence names; the data has more. */
const NAMED = 3;

/** A length of time: `420 ms`, `3.2 s`, `2 min 5 s`. */
export function lasting(ms: number): string {
  if (!(ms >= 1)) return "0 ms";
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${Math.floor(ms / 100) / 10} s`;
  const at = UNITS.findIndex(([, size]) => ms >= size);
  const [unit, size] = UNITS[at] ?? ["s", 1_000];
  const [nextUnit, nextSize] = UNITS[at + 1] ?? ["s", 1_000];
  const rest = Math.floor((ms % size) / nextSize);
  const whole = `${Math.floor(ms / size)} ${unit}`;
  return rest === 0 ? whole : `${whole} ${rest} ${nextUnit}`;
}

/** A time with its distance from `now`: `2026-11-22T10:00:00.000Z (in 5 min)`. */
export function moment(time: number, now: number): string {
  const instant = new Date(Math.max(-LAST_TIME, Math.min(LAST_TIME, time))).toISOString();
  const away = time - now;
  return `${instant} (${away > 0 ? `in ${lasting(away)}` : `${lasting(-away)} ago`})`;
}

/** A name in quotes, on one line. */
export function quoted(name: string): string {
  return `"${bounded(name, NAME_CHARS)}"`;
}

/** A command line that can be copied. */
export function command(words: string): string {
  return `\`dtask ${bounded(words, 2 * NAME_CHARS)}\``;
}

/** An error on one line: `Error: no route`. */
export function errorText(error: TaskError | null): string {
  if (error === null) return "an error that was not recorded";
  return bounded(`${error.name}: ${error.message}`, ERROR_CHARS);
}

/** `1 task`, `2 tasks`. */
export function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** `task "a"`, `tasks "a", "b" and 3 more`, of which there are `count`. */
export function taskNames(ids: readonly string[], count: number = ids.length): string {
  const named = ids.slice(0, NAMED).map(quoted);
  const more = count - named.length;
  const list = more > 0 ? [...named, `${more} more`] : named;
  const last = list.at(-1);
  if (last === undefined) return "no task";
  const text = list.length === 1 ? last : `${list.slice(0, -1).join(", ")} and ${last}`;
  return `${count === 1 ? "task" : "tasks"} ${text}`;
}

/** The tasks that take up room, with how long the longest has run. */
export function busyText(tasks: readonly RunningTask[], count: number, now: number): string {
  const names = taskNames(tasks.map(({ id }) => id), count);
  const [longest] = tasks;
  if (longest === undefined) return "tasks that have just ended";
  return `${names}, ${count === 1 ? "" : "the longest of them "}running for ${
    lasting(now - longest.startedAt)
  }`;
}

/** `text` with a capital letter and a full stop. */
export function sentence(text: string): string {
  const bare = text.replace(/[\s.]+$/, "");
  return `${bare.charAt(0).toUpperCase()}${bare.slice(1)}.`;
}

/** What another part of the system says, on one line and cut where it is long. */
export function plainly(text: string): string {
  return bounded(text, ERROR_CHARS);
}

function bounded(text: string, length: number): string {
  const chars = [...text.replace(/\s+/g, " ").trim()];
  return chars.length <= length ? chars.join("") : `${chars.slice(0, length - 1).join("")}…`;
}
