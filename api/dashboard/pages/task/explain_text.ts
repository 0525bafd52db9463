/** The server's sentences, which are written for any reader, as they are shown on a task's own page. */
import type { ExplanationView } from "../../../schema.ts";

type Cause = ExplanationView["causes"][number];

/** A piece of a sentence. */
export type TextPart =
  | { readonly kind: "text"; readonly text: string }
  /** Another task, by the name that says most. */
  | { readonly kind: "task"; readonly id: string; readonly name: string }
  /** A command. */
  | { readonly kind: "code"; readonly text: string }
  /** ISO 8601. */
  | { readonly kind: "time"; readonly at: string };

/** A command, a quoted name, or a time. */
const SPECIAL = /`([^`]+)`|"([\w.:-]{1,200})"|(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z)/g;

/** The pieces of `text` on the page of the task `own`; `names` are those of the tasks that it may speak of. */
export function explainParts(
  text: string,
  { own, names }: { readonly own: string; readonly names: ReadonlyMap<string, string> },
): readonly TextPart[] {
  const opening = `Task "${own}" `;
  const said = text.startsWith(opening) ? `It ${text.slice(opening.length)}` : text;
  const parts: TextPart[] = [];
  let from = 0;
  for (const match of said.matchAll(SPECIAL)) {
    const part = specialPart(match, names);
    if (part === null) continue;
    if (match.index > from) parts.push({ kind: "text", text: said.slice(from, match.index) });
    parts.push(part);
    from = match.index + match[0].length;
  }
  if (from < said.length) parts.push({ kind: "text", text: said.slice(from) });
  return parts;
}

function specialPart(
  [, code, quoted, at]: RegExpExecArray,
  names: ReadonlyMap<string, string>,
): TextPart | null {
  if (code !== undefined) return { kind: "code", text: code };
  if (at !== undefined) return { kind: "time", at };
  const name = quoted === undefined ? undefined : names.get(quoted);
  return quoted === undefined || name === undefined ? null : { kind: "task", id: quoted, name };
}

/** The tasks that `causes` speak of, by their keys where they have one. */
export function namesIn(causes: readonly Cause[]): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const { details } of causes) {
    if ("tasks" in details) { for (const { id } of details.tasks) names.set(id, id); }
    if (!("dependencies" in details)) continue;
    for (const { id } of details.roots) names.set(id, id);
    for (const { id, key } of details.dependencies) names.set(id, key ?? id);
  }
  return names;
}
