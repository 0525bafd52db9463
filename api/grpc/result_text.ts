/** Results and errors as the one string that the older service answers. */
import type { TaskRecord } from "../../actors/domain/task.ts";

/** A whole number without fraction or exponent, however long, is its own text. */
const WHOLE_NUMBER = /^-?\d+$/;

/**
 * The stored JSON text of a result as a string: a string as it is, a whole number of any size in
 * decimal, anything else as JSON.
 */
export function resultText(json: string): string {
  if (json.startsWith('"')) return String(JSON.parse(json));
  if (json.startsWith('{"$int64"')) return int64Text(JSON.parse(json)) ?? json;
  if (!/^[-\d]/.test(json) || WHOLE_NUMBER.test(json)) return json;
  const number = Number(json);
  return Number.isInteger(number) ? BigInt(number).toString() : json;
}

/** What went wrong with an ended task that has no result. */
export function failureText(task: Pick<TaskRecord, "id" | "status" | "reason" | "error">): string {
  if (task.error !== null) return task.error.message;
  const why = task.reason === null ? "" : `: ${task.reason}`;
  return `Error: Task "${task.id}" was ${task.status}${why}`;
}

/** The digits of `{"$int64":"…"}`; null for a map that has more keys. */
function int64Text(json: Readonly<Record<string, unknown>>): string | null {
  const digits = json["$int64"];
  return typeof digits === "string" && Object.keys(json).length === 1 ? digits : null;
}
