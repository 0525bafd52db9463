/** Where a faulty place of the JSON stands in the message: pointers become paths of fields. */
import type { DescMessage } from "@bufbuild/protobuf";
import { type FieldPlan, type MessagePlan, planOf } from "./message_plan.ts";

/** The path in `message` of an RFC 6901 pointer into its JSON: `/tasks/3/delayMs` is `tasks[3].delay`. */
export function fieldPath(message: DescMessage, pointer: string): string {
  const parts = pointer.split("/").slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
  return walk(planOf(message), parts);
}

function walk(plan: MessagePlan, [part, ...rest]: readonly string[]): string {
  if (part === undefined) return "";
  const found = find(plan, part);
  if (found === null) return join(quoted(part), inside(rest));
  const { prefix, field } = found;
  return prefix + join(field.name, within(field, rest));
}

/** What follows a field: an index, a key, a field of its message, or a place in its value. */
function within(field: FieldPlan, rest: readonly string[]): string {
  const [next, ...after] = rest;
  if (next === undefined) return "";
  const { kind, shape } = field;
  if (shape === "map") return `["${next}"]`;
  if (shape === "list") {
    const item = kind.kind === "message" ? walk(kind.plan, after) : inside(after);
    return join(`[${next}]`, item);
  }
  return kind.kind === "message" ? walk(kind.plan, rest) : inside(rest);
}

/** A place inside a value: indexes as indexes, and anything else as a key. */
function inside(parts: readonly string[]): string {
  return parts.map((part) => /^\d+$/.test(part) ? `[${part}]` : `["${part}"]`).join("");
}

/** The field of a member, be it one of a message whose fields are inline. */
function find(plan: MessagePlan, json: string): { prefix: string; field: FieldPlan } | null {
  for (const field of plan.fields) {
    if (!field.inline && field.json === json) return { prefix: "", field };
  }
  for (const { inline, name, kind } of plan.fields) {
    if (!inline || kind.kind !== "message") continue;
    const found = find(kind.plan, json);
    if (found !== null) return { ...found, prefix: `${name}.${found.prefix}` };
  }
  return null;
}

function quoted(part: string): string {
  return /^\w+$/.test(part) ? part : `["${part}"]`;
}

function join(head: string, tail: string): string {
  return tail === "" || tail.startsWith("[") ? head + tail : `${head}.${tail}`;
}
