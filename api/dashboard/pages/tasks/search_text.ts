/** What people type to find tasks: ids, methods, labels and queues in one field. Pure. */
import { type FilterFields, isField, type TaskFilter } from "./task_filter.ts";

/** A part of a filter that a text may mean. */
export interface Suggestion {
  readonly field: keyof FilterFields;
  readonly value: string;
}

/** What is there by name. */
export interface KnownNames {
  readonly methods: readonly string[];
  readonly queues: readonly string[];
}

/** How people call the fields. */
export const FIELD_NAMES: Readonly<Record<keyof FilterFields, string>> = {
  q: "Id begins with",
  method: "Method",
  queue: "Queue",
  workflowId: "Workflow",
  label: "Label",
  since: "Created since",
  until: "Created until",
};

const PREFIXES: Readonly<Record<string, keyof FilterFields>> = {
  id: "q",
  method: "method",
  queue: "queue",
  workflow: "workflowId",
  label: "label",
  since: "since",
  until: "until",
};

const METHODS_MAX = 6;
const QUEUES_MAX = 3;
/** What an id is made of. */
const ID = /^[A-Za-z0-9._:-]{1,200}$/;

/**
 * What `text` may mean, the likeliest first: `label:key=value` and the like say it themselves; else a
 * method, a queue, a label or the beginning of an id.
 */
export function suggestionsFor(
  text: string,
  { methods, queues }: KnownNames,
): Suggestion[] {
  const word = text.trim();
  if (word === "") return [];
  const said = saidField(word);
  if (said !== null) return [said];
  const suggestions: Suggestion[] = [
    ...matching(methods, word, METHODS_MAX).map((value) => ({
      field: "method" as const,
      value,
    })),
    ...matching(queues, word, QUEUES_MAX).map((value) => ({
      field: "queue" as const,
      value,
    })),
  ];
  const label = labelOf(word);
  if (label !== null) suggestions.unshift({ field: "label", value: label });
  if (ID.test(word)) suggestions.push({ field: "q", value: word });
  return suggestions;
}

/** What pressing Enter on `text` means: what it says, a method of just that name, a label, or an id. */
export function meaningOf(text: string, known: KnownNames): Suggestion | null {
  const suggestions = suggestionsFor(text, known);
  const [first] = suggestions;
  if (first === undefined) return null;
  const exact = suggestions.find(({ field, value }) => field !== "q" && value === text.trim());
  const id = suggestions.find(({ field }) => field === "q");
  return exact ?? (first.field === "label" || id === undefined ? first : id);
}

/** The filter with the suggestion in it. */
export function withSuggestion(
  filter: TaskFilter,
  { field, value }: Suggestion,
): TaskFilter {
  return { ...filter, [field]: value };
}

/** How a part of a filter is shown: `Label team = web`. */
export function shownValue({ field, value }: Suggestion): string {
  if (field !== "label") return value;
  const colon = value.indexOf(":");
  return `${value.slice(0, colon)} = ${value.slice(colon + 1)}`;
}

function saidField(word: string): Suggestion | null {
  const [, prefix = "", rest = ""] = /^([a-z]+):\s*(\S.*)$/i.exec(word) ?? [];
  const field = PREFIXES[prefix.toLowerCase()];
  if (field === undefined) return null;
  const value = field === "label" ? labelOf(rest) ?? rest : rest;
  return isField(field, value) ? { field, value } : null;
}

/** `key=value` as the API writes labels; null for anything else. */
function labelOf(word: string): string | null {
  const at = word.indexOf("=");
  return at < 1 ? null : `${word.slice(0, at)}:${word.slice(at + 1)}`;
}

/** Names that hold `word`, those that begin with it first. */
function matching(
  names: readonly string[],
  word: string,
  max: number,
): readonly string[] {
  const lower = word.toLowerCase();
  const found = names.filter((name) => name.toLowerCase().includes(lower));
  const rank = (name: string) => name.toLowerCase().startsWith(lower) ? 0 : 1;
  return found.sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1)).slice(
    0,
    max,
  );
}
