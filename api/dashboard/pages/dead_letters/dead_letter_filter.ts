/** Which dead letters a list shows, as it stands in the address and as the API takes it. Pure. */
import {
  ALL_TASKS,
  apiQuery,
  type FilterFields,
  readTaskFilter,
  writeTaskFilter,
} from "../tasks/task_filter.ts";

/** Why a task failed. */
export const FAILURE_REASONS = [
  "attempts_exhausted",
  "non_retryable",
  "timeout",
  "expired",
  "poison",
  "invalid_input",
] as const;

/** One of them; empty: any. */
export type ReasonFilter = typeof FAILURE_REASONS[number] | "";

/** Which dead letters. */
export interface DeadLetterFilter extends FilterFields {
  readonly reason: ReasonFilter;
}

/** The filter in the query of an address; what makes no sense there is passed over. */
export function readDeadLetterFilter(search: string): DeadLetterFilter {
  const { status: _, ...fields } = readTaskFilter(search);
  const said = new URLSearchParams(search).get("reason");
  return { ...fields, reason: FAILURE_REASONS.find((reason) => reason === said) ?? "" };
}

/** The query of an address, without its question mark. */
export function writeDeadLetterFilter({ reason, ...fields }: DeadLetterFilter): string {
  const text = writeTaskFilter({ ...ALL_TASKS, ...fields });
  return [reason === "" ? "" : `reason=${reason}`, text].filter((part) => part !== "").join("&");
}

/** The filter as the API takes it in a query; `now` is what times that say how long ago go by. */
export function deadLetterQuery(
  { reason, ...fields }: DeadLetterFilter,
  now: number,
): Readonly<Record<string, string>> {
  const { status: _, ...query } = apiQuery({ ...ALL_TASKS, ...fields }, now);
  return { ...query, reason };
}

/** The filter as the API takes it in a body. */
export function deadLetterBody(
  filter: DeadLetterFilter,
  now: number,
): Readonly<Record<string, string>> {
  const said = Object.entries(deadLetterQuery(filter, now)).filter(([, value]) => value !== "");
  return Object.fromEntries(said);
}
