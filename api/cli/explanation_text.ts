import type { CauseJson, ExplanationJson } from "../client/mod.ts";
import { type Paint, STATUS_STYLE } from "./paint.ts";
import { printableLine } from "./printable.ts";

/** Longest text of one line; sentences of the node are shorter. */
const LINE_WIDTH = 1_000;

/** The sentence, what would change it, and the causes as an indented tree. */
export function explanationText(explanation: ExplanationJson, paint: Paint): string {
  const { sentence, change, causes } = explanation;
  const lines = [paint("bold", line(sentence)), line(change)];
  // A single cause without anything below it has been told already.
  const tree = causes.flatMap((cause, index) => causeLines(cause, index > 0, paint));
  if (tree.length > 1) lines.push("", ...tree);
  return lines.map((text) => `${text}\n`).join("");
}

function causeLines(cause: CauseJson, withSentence: boolean, paint: Paint): readonly string[] {
  const head = withSentence
    ? `${paint("cyan", line(cause.code))}  ${line(cause.sentence)}`
    : paint("cyan", line(cause.code));
  return [head, ...belowCause(cause, paint).map((text) => `  ${text}`)];
}

function belowCause({ details }: CauseJson, paint: Paint): readonly string[] {
  const more = details["moreDependencies"] === true ? ["and others"] : [];
  return [
    ...objectsIn(details["dependencies"]).map((dependency) => dependencyLine(dependency, paint)),
    ...more,
    ...objectsIn(details["roots"]).map((root) => rootLine(root, paint)),
    ...objectsIn(details["tasks"]).map(runningLine),
  ];
}

type Fields = Readonly<Record<string, unknown>>;

function dependencyLine(fields: Fields, paint: Paint): string {
  const status = textOf(fields["status"]);
  const style = Object.entries(STATUS_STYLE).find(([name]) => name === status)?.[1] ?? "dim";
  const reason = fields["reason"] === null ? "" : ` (${textOf(fields["reason"])})`;
  return `${textOf(fields["id"])}  ${paint(style, status)}${reason}`;
}

function rootLine(fields: Fields, paint: Paint): string {
  const path = Array.isArray(fields["path"]) ? fields["path"].map(textOf) : [];
  const way = path.length > 1 ? `${paint("dim", path.join(" ← "))}  ` : "";
  return `root  ${way}${paint("cyan", textOf(fields["code"]))}  ${textOf(fields["sentence"])}`;
}

function runningLine(fields: Fields): string {
  const parts = ["id", "method", "executor", "startedAt"].map((name) => textOf(fields[name]));
  return parts.join("  ");
}

function objectsIn(list: unknown): readonly Fields[] {
  return Array.isArray(list) ? list.filter(isFields) : [];
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function textOf(value: unknown): string {
  return line(typeof value === "string" ? value : JSON.stringify(value) ?? "");
}

function line(text: string): string {
  return printableLine(text, LINE_WIDTH);
}
