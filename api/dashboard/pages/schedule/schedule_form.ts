/** A schedule as it is typed, and as the server takes it. */
import type { ScheduleAnswer } from "../../../schema.ts";
import { readJsonText } from "../../input_form/json_text.ts";
import { type Span, spanMs, spanOf } from "../../ui/span.ts";

/** What stands in the form beside the arguments. */
export interface ScheduleForm {
  readonly name: string;
  readonly cron: string;
  readonly timezone: string;
  readonly overlap: ScheduleAnswer["overlap"];
  readonly catchUp: Span;
  readonly jitter: Span;
  readonly starts: "method" | "workflow";
  readonly method: string;
  /** JSON of `{name, tasks}`. */
  readonly workflow: string;
  /** JSON of whatever else a task can be given: queue, labels, retry … */
  readonly settings: string;
}

/** The body of `PUT /api/schedules/{name}`, or which JSON is wrong and how. */
export type ScheduleBody =
  | { readonly ok: true; readonly body: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly field: "workflow" | "settings"; readonly problem: string };

export const OVERLAPS = [
  { value: "skip", label: "leave the tick out" },
  { value: "buffer_one", label: "wait for its end, one tick at most" },
  { value: "allow_all", label: "start beside it" },
] as const satisfies readonly {
  readonly value: ScheduleAnswer["overlap"];
  readonly label: string;
}[];

const WORKFLOW = `{
  "name": "nightly",
  "tasks": [
    { "key": "first", "method": "noop" },
    { "key": "second", "method": "noop", "deps": ["first"] }
  ]
}`;
const CATCH_UP_MS = 600_000;

/** The form of a new schedule in the user's time zone, or of one that is there. */
export function scheduleForm(schedule: ScheduleAnswer | null, timezone: string): ScheduleForm {
  if (schedule === null) {
    return {
      name: "",
      cron: "",
      timezone,
      overlap: "skip",
      catchUp: spanOf(CATCH_UP_MS),
      jitter: spanOf(0),
      starts: "method",
      method: "",
      workflow: WORKFLOW,
      settings: "{}",
    };
  }
  return {
    name: schedule.name,
    cron: schedule.cron,
    timezone: schedule.timezone,
    overlap: schedule.overlap,
    catchUp: spanOf(schedule.catchUpWindowMs),
    jitter: spanOf(schedule.jitterMs),
    starts: schedule.workflow === null ? "method" : "workflow",
    method: schedule.method ?? "",
    workflow: schedule.workflow === null ? WORKFLOW : jsonText(schedule.workflow),
    settings: jsonText(taskSettings(schedule)),
  };
}

/** What to send; `args` are those of the method. Numbers that are none go as they are. */
export function scheduleBody(form: ScheduleForm, args: readonly unknown[]): ScheduleBody {
  const common = {
    cron: form.cron.trim(),
    timezone: form.timezone.trim(),
    overlap: form.overlap,
    ...given("catchUpWindowMs", spanMs(form.catchUp)),
    ...given("jitterMs", spanMs(form.jitter)),
  };
  if (form.starts === "workflow") {
    const workflow = readObject(form.workflow);
    return typeof workflow === "string"
      ? { ok: false, field: "workflow", problem: workflow }
      : { ok: true, body: { ...common, workflow } };
  }
  const settings = readObject(form.settings);
  if (typeof settings === "string") return { ok: false, field: "settings", problem: settings };
  return { ok: true, body: { ...settings, ...common, method: form.method.trim(), args } };
}

/** What the server says of a schedule and what is not the form's own: what a task can be given beside. */
export function taskSettings(schedule: ScheduleAnswer): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(schedule).filter(([field]) => !OWN_FIELDS.includes(field)),
  );
}

const OWN_FIELDS: readonly string[] = [
  "name",
  "cron",
  "timezone",
  "overlap",
  "catchUpWindowMs",
  "jitterMs",
  "paused",
  "method",
  "args",
  "argsOmitted",
  "workflow",
  "nextFireTimes",
  "bufferedAt",
  "counts",
  "lastFiredAt",
  "lastStarted",
  "createdAt",
  "updatedAt",
] satisfies readonly (keyof ScheduleAnswer)[];

/** The object that a text says, or what is wrong with the text. */
function readObject(text: string): Readonly<Record<string, unknown>> | string {
  const reading = readJsonText(text);
  if (!reading.ok) return reading.problem;
  const { value } = reading;
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? value as Readonly<Record<string, unknown>>
    : "Write { } around it";
}

function given(name: string, value: unknown): Readonly<Record<string, unknown>> {
  return value === undefined ? {} : { [name]: value };
}

function jsonText(value: unknown): string {
  return JSON.stringify(value, null, 2);
}
