import type { WorkflowView } from "../../../schema.ts";

/** What a list of workflows shows, as it stands in the address. */
export interface WorkflowFilter {
  readonly status: WorkflowView["status"] | null;
  readonly q: string;
}

/** The statuses of workflows. */
export const WORKFLOW_STATUSES: readonly WorkflowView["status"][] = [
  "running",
  "completed",
  "failed",
  "cancelled",
];

/** The filter in the query of an address; what means nothing is left out. */
export function readWorkflowFilter(search: string): WorkflowFilter {
  const query = new URLSearchParams(search);
  const status = WORKFLOW_STATUSES.find((known) => known === query.get("status")) ?? null;
  return { status, q: query.get("q")?.trim() ?? "" };
}

/** The address of a list with this filter. */
export function workflowListPath({ status, q }: WorkflowFilter): string {
  const query = new URLSearchParams();
  if (status !== null) query.set("status", status);
  if (q !== "") query.set("q", q);
  const text = query.toString();
  return text === "" ? "/workflows" : `/workflows?${text}`;
}
