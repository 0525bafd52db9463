/** What may stand in the query part of a request: all of it is text. */
import { z } from "zod";
import {
  LIMITS,
  type LogPlace,
  TASK_STATUSES,
  WORKFLOW_STATUSES,
} from "../../actors/domain/task.ts";
import type { TaskFilter, WorkflowFilter } from "../../actors/protocol.ts";
import { idText, labelText, nameText, timeText } from "./text.ts";

const WAIT_MS_MAX = 60_000;
const PAGE_DEFAULT = 50;
const LOG_LINES_MAX = 10_000;

/** A whole number from `min` to `max`, written in decimal digits. */
function wholeNumber(min: number, max: number) {
  const message = `must be a whole number from ${min} to ${max}`;
  return z.string().regex(/^\d{1,9}$/, message).transform(Number)
    .refine((value) => value >= min && value <= max, message)
    .meta({ type: "integer", minimum: min, maximum: max });
}

const label = z.string().max(2 * LIMITS.labelLength + 1)
  .regex(/^[^:]+:/, "must be KEY:VALUE")
  .transform((text) => {
    const colon = text.indexOf(":");
    return { key: text.slice(0, colon), value: text.slice(colon + 1) };
  })
  .pipe(z.object({ key: nameText, value: labelText }))
  .meta({ type: "string", description: "KEY:VALUE" });

const time = timeText.transform((text) => Date.parse(text))
  .meta({ type: "string", format: "date-time" });

/** One status or more: as a list, or as text by commas. */
const statuses = z.union([z.string().max(200), z.array(z.string().max(200)).max(20)])
  .transform((value) => [value].flat().flatMap((text) => text.split(",")))
  .refine((names) => names.every(isStatus), `must be of ${TASK_STATUSES.join(", ")}, by commas`)
  .transform((names) => TASK_STATUSES.filter((status) => names.includes(status)))
  .meta({ type: "string", description: "One status, or more of them by commas." });

function isStatus(name: string): boolean {
  return TASK_STATUSES.some((status) => status === name);
}

/** Which tasks: what lists, events and changes of many have in common. */
export const filterFields = {
  status: statuses.optional(),
  queue: nameText.optional(),
  method: nameText.optional(),
  workflowId: idText.optional(),
  label: label.optional(),
  since: time.optional().meta({ description: "Created then or later." }),
  until: time.optional().meta({ description: "Created before." }),
  q: idText.optional().meta({ description: "Prefix of the id." }),
};

/** Which page of a list. */
export const pageFields = {
  limit: wholeNumber(1, LIMITS.pageMax).default(PAGE_DEFAULT),
  cursor: z.string().min(1).max(500).optional()
    .meta({ description: "`nextCursor` of the page before." }),
};

/** `GET /api/tasks`. */
export const taskListQuery = z.strictObject({ ...filterFields, ...pageFields });

/** `GET /api/tasks/{id}/dependents`. */
export const pageQuery = z.strictObject(pageFields);

/** `GET /api/workflows`. */
export const workflowListQuery = z.strictObject({
  status: z.enum(WORKFLOW_STATUSES).optional(),
  name: nameText.optional(),
  q: nameText.optional().meta({ description: "Prefix of the id or of the name." }),
  ...pageFields,
});

/** `GET /api/workflows/{id}`. */
export const workflowQuery = z.strictObject({
  limit: wholeNumber(0, LIMITS.workflowPageMax).optional().meta({
    description: "Most tasks in the answer, 0 for none; absent: all that there are.",
  }),
  cursor: pageFields.cursor,
});

/** `GET /api/workflows/{id}/runs`. */
export const workflowRunsQuery = z.strictObject({
  limit: wholeNumber(1, LIMITS.workflowPageMax).default(LIMITS.workflowPageMax),
  cursor: pageFields.cursor,
});

/** The place in a task's log that `RUN.LINE` names; null for any other text. */
export function placeOfLine(text: string): LogPlace | null {
  const [, run, line] = /^(\d{1,9})\.(\d{1,9})$/.exec(text) ?? [];
  return run === undefined ? null : { run: Number(run), line: Number(line) };
}

const logPlace = z.string().transform((text, context) => {
  const place = placeOfLine(text);
  if (place === null) context.addIssue("must be RUN.LINE, as in 1.20");
  return place;
})
  .meta({
    type: "string",
    description: "`nextAfter` of the page before, or RUN.LINE of any line: what follows it.",
  });

/** `GET /api/events`. */
export const eventsQuery = z.strictObject({
  ...filterFields,
  after: z.string().min(1).max(100).optional()
    .meta({ description: "An event's id: resume after it. `Last-Event-ID` says the same." }),
});

/** `GET /api/tasks/{id}/events`. */
export const taskEventsQuery = z.strictObject({
  log: logPlace.optional().meta({
    description: "RUN.LINE: tell the lines of its log after this one; absent: all of them.",
  }),
});

/** `GET /api/tasks/{id}/result`. */
export const resultQuery = z.strictObject({ waitMs: wholeNumber(0, WAIT_MS_MAX).default(0) });

/** `GET /api/tasks/{id}/logs`. */
export const logsQuery = z.strictObject({
  limit: wholeNumber(1, LOG_LINES_MAX).default(1_000),
  after: logPlace.optional(),
});

/** `GET /api/schedules/{name}/ticks`. */
export const ticksQuery = z.strictObject({ limit: pageFields.limit });

/** The filter of a list or event stream as the reader takes it. */
export function toFilter(query: z.infer<typeof eventsQuery>): TaskFilter {
  return {
    status: query.status ?? null,
    queue: query.queue ?? null,
    method: query.method ?? null,
    workflowId: query.workflowId ?? null,
    label: query.label ?? null,
    since: query.since ?? null,
    until: query.until ?? null,
    q: query.q ?? null,
  };
}

/** The filter of a list of workflows as the reader takes it. */
export function toWorkflowFilter(query: z.infer<typeof workflowListQuery>): WorkflowFilter {
  return { status: query.status ?? null, name: query.name ?? null, q: query.q ?? null };
}
