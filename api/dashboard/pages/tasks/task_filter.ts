/** Which tasks a list shows, as it stands in the address and as the API takes it. Pure. */
import type { TaskView } from "../../../schema.ts";

/** A status of a task. */
export type TaskStatus = TaskView["status"];

/** In the order of a task's life. */
export const TASK_STATUSES: readonly TaskStatus[] = [
  "scheduled",
  "blocked",
  "pending",
  "running",
  "completed",
  "failed",
  "cancelled",
  "skipped",
];

/** What a filter says beside the statuses; empty texts say nothing. */
export interface FilterFields {
  readonly queue: string;
  readonly method: string;
  readonly workflowId: string;
  /** `key:value`. */
  readonly label: string;
  /** The beginning of an id. */
  readonly q: string;
  /** ISO 8601, or how long ago: `15m`, `2h`, `7d`. */
  readonly since: string;
  readonly until: string;
}

/** Which tasks. */
export interface TaskFilter extends FilterFields {
  /** Any of these; none stands for all. */
  readonly status: readonly TaskStatus[];
}

/** All tasks. */
export const ALL_TASKS: TaskFilter = {
  status: [],
  queue: "",
  method: "",
  workflowId: "",
  label: "",
  q: "",
  since: "",
  until: "",
};

/** The fields beside the statuses, in the order in which they are shown. */
export const FILTER_FIELDS = [
  "q",
  "method",
  "queue",
  "workflowId",
  "label",
  "since",
  "until",
] as const satisfies readonly (keyof FilterFields)[];

const AGO = /^(\d{1,6})([smhd])$/;
const UNITS_MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** The filter in the query of an address; what makes no sense there is passed over. */
export function readTaskFilter(search: string): TaskFilter {
  const parameters = new URLSearchParams(search);
  const statuses = parameters.getAll("status").flatMap((text) => text.split(","));
  const fields = Object.fromEntries(
    FILTER_FIELDS.map((field) => {
      const value = parameters.get(field)?.trim() ?? "";
      return [field, isField(field, value) ? value : ""];
    }),
  );
  return {
    ...ALL_TASKS,
    ...fields,
    status: TASK_STATUSES.filter((status) => statuses.includes(status)),
  };
}

/** The query of an address, without its question mark; equal filters give equal texts. */
export function writeTaskFilter({ status, ...fields }: TaskFilter): string {
  const parameters = new URLSearchParams();
  if (status.length > 0) {
    parameters.set(
      "status",
      TASK_STATUSES.filter((one) => status.includes(one)).join(","),
    );
  }
  for (const field of FILTER_FIELDS) {
    if (fields[field] !== "") parameters.set(field, fields[field]);
  }
  // Commas and colons may stand in a query as they are, and are read more easily so.
  return parameters.toString().replaceAll("%2C", ",").replaceAll("%3A", ":");
}

/** The filter as the API takes it in a query; `now` is what times that say how long ago go by. */
export function apiQuery(filter: TaskFilter, now: number): Readonly<Record<string, string>> {
  const { status, since, until, ...fields } = filter;
  return {
    ...fields,
    status: status.join(","),
    since: instant(since, now),
    until: instant(until, now),
  };
}

/** The filter as the API takes it in a body. */
export function apiFilter(
  filter: TaskFilter,
  now: number,
): Readonly<Record<string, unknown>> {
  const said = Object.entries(apiQuery(filter, now)).filter(([, value]) => value !== "");
  return Object.fromEntries(said);
}

/** True where the value can be what `field` takes. */
export function isField(field: keyof FilterFields, value: string): boolean {
  if (value === "") return true;
  if (field === "label") return /^[^:]+:/.test(value);
  if (field !== "since" && field !== "until") return true;
  return AGO.test(value) || !Number.isNaN(Date.parse(value));
}

/** The point in time that a text of the filter means, ISO 8601; empty where it is. */
function instant(text: string, now: number): string {
  const [, amount, unit] = AGO.exec(text) ?? [];
  if (amount === undefined) {
    return text === "" ? "" : new Date(text).toISOString();
  }
  const ms = Number(amount) * (UNITS_MS[unit as keyof typeof UNITS_MS] ?? 0);
  return new Date(Math.max(0, now - ms)).toISOString();
}
