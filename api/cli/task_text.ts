import type { JsonValue, TaskJson, TaskStatusJson, WorkflowJson } from "../client/mod.ts";
import { type Paint, STATUS_STYLE } from "./paint.ts";
import { printable, printableLine } from "./printable.ts";
import { type Cell, formatPairs, formatTable } from "./table.ts";
import { relativeTime, spanText } from "./time_text.ts";

/** What texts about tasks depend on. */
export interface TextContext {
  readonly now: number;
  readonly paint: Paint;
}

/** Longest text of a method or queue in a table; ids are always whole. */
const NAME_WIDTH = 40;
const NOTE_WIDTH = 60;

/** A table of tasks, a line each. */
export function taskTable(tasks: readonly TaskJson[], { now, paint }: TextContext): string {
  return formatTable({
    head: ["ID", "METHOD", "QUEUE", "STATUS", "TRY", "CREATED", "TOOK", "NOTE"],
    right: [4, 5, 6],
    paint,
    rows: tasks.map((task) => [
      task.id,
      printableLine(task.method, NAME_WIDTH),
      printableLine(task.queue, NAME_WIDTH),
      statusCell(task.status),
      `${task.attempt}/${task.maxAttempts}`,
      relativeTime(task.createdAt, now),
      spanText(task.startedAt, task.finishedAt, now),
      printableLine(noteOf(task), NOTE_WIDTH),
    ]),
  });
}

/** Everything about one task. */
export function taskDetails(task: TaskJson, { now, paint }: TextContext): string {
  const at = (iso: string | null) => iso === null ? null : `${iso}  (${relativeTime(iso, now)})`;
  const pairs: readonly (readonly [string, Cell | null])[] = [
    ["id", task.id],
    ["method", printable(task.method)],
    ["status", statusCell(task.status)],
    ["reason", task.reason],
    ["workflow", task.workflowId],
    ["key", task.key],
    ["queue", printable(task.queue)],
    ["priority", String(task.priority)],
    ["attempt", `${task.attempt} of ${task.maxAttempts}  (run ${task.run})`],
    ["after", task.deps.length === 0 ? null : task.deps.join("\n")],
    ["rule", task.deps.length === 0 ? null : task.triggerRule],
    ["created", at(task.createdAt)],
    ["due", at(task.runAt)],
    ["started", at(task.startedAt)],
    ["finished", at(task.finishedAt)],
    ["took", task.startedAt === null ? null : spanText(task.startedAt, task.finishedAt, now)],
    ["cancel asked", at(task.cancelRequestedAt)],
    ["executor", task.executor === null ? null : `${task.executor} on ${task.node ?? "-"}`],
    ["progress", task.progress === null ? null : progressText(task)],
    ["labels", labelsText(task.labels)],
    ["args", task.args === null ? "(left out)" : printable(JSON.stringify(task.args))],
    ["result", task.status === "completed" ? printable(JSON.stringify(task.result)) : null],
    ["error", errorText(task)],
  ];
  return formatPairs(
    pairs.flatMap(([name, cell]) => cell === null ? [] : [[name, cell] as const]),
    paint,
  );
}

/** A status in its colour. */
export function statusCell(status: TaskStatusJson): Cell {
  return { text: status, style: STATUS_STYLE[status] };
}

/** A result for people and pipes: a text and a 64-bit integer as they are, anything else as JSON. */
export function resultText(result: JsonValue): string {
  if (typeof result === "string") return result;
  if (typeof result === "object" && result !== null && "$int64" in result) {
    return String(result["$int64"]);
  }
  return JSON.stringify(result);
}

/** Why a task did not complete, on one line. */
export function failureText(task: TaskJson): string {
  const reason = task.reason === null ? "" : ` (${task.reason})`;
  const error = task.error === null ? "" : `: ${task.error.name}: ${task.error.message}`;
  return printableLine(`${task.method} ${task.status}${reason}${error}`, 500);
}

/** Statuses with how many tasks have them, in the order of a task's life. */
export function countsText(counts: WorkflowJson["counts"], paint: Paint): string {
  return Object.entries(STATUS_STYLE).flatMap(([status, style]) => {
    const count = counts[status as TaskStatusJson] ?? 0;
    return count === 0 ? [] : [paint(style, `${count} ${status}`)];
  }).join("  ");
}

/** `40% uploading`; empty without progress. */
export function progressText({ progress }: Pick<TaskJson, "progress">): string {
  if (progress === null) return "";
  const percent = `${Math.round(progress.fraction * 100)}%`;
  return progress.note === null
    ? percent
    : `${percent} ${printableLine(progress.note, NOTE_WIDTH)}`;
}

function noteOf(task: TaskJson): string {
  if (task.error !== null && task.status !== "completed") {
    return `${task.reason ?? task.error.name}: ${task.error.message}`;
  }
  if (task.status === "running" && task.cancelRequestedAt !== null) return "being cancelled";
  if (task.status === "running") return progressText(task);
  return task.reason ?? "";
}

function labelsText(labels: TaskJson["labels"]): string | null {
  const texts = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
  return texts.length === 0 ? null : printable(texts.join("\n"));
}

function errorText({ error }: TaskJson): string | null {
  if (error === null) return null;
  const title = `${error.name}: ${error.message}`;
  if (error.stack === null) return printable(title);
  // Stacks begin with the title where they come from an Error.
  return printable(error.stack.startsWith(title) ? error.stack : `${title}\n${error.stack}`);
}
