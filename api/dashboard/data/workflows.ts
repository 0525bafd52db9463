/** Workflows as the server has them. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { WorkflowView } from "../../schema.ts";
import { get, send } from "./api.ts";
import { LIVE } from "./query_client.ts";

const KEY = ["workflows"] as const;

/** Which workflows a list shows, and from where on. */
export interface WorkflowListFilter {
  readonly status: WorkflowView["status"] | null;
  /** Prefix of the id or of the name; empty leaves nothing out. */
  readonly q: string;
  readonly cursor: string | null;
}

/** A part of a list. */
export interface WorkflowPage {
  readonly items: readonly WorkflowView[];
  readonly nextCursor: string | null;
}

/** A page of workflows, newest first, live; the page before stays until the next is there. */
export function useWorkflowPage({ status, q, cursor }: WorkflowListFilter) {
  return useQuery({
    queryKey: [...KEY, { status, q, cursor }],
    queryFn: ({ signal }) => get<WorkflowPage>("/api/workflows", { status, q, cursor }, signal),
    placeholderData: (before) => before,
    meta: LIVE,
  });
}

/** Cancels all live tasks of a workflow, or lets the failed and cancelled ones run again. */
export function useWorkflowAction(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (action: "cancel" | "retry") =>
      send<WorkflowView>("POST", `/api/workflows/${encodeURIComponent(id)}/${action}`),
    onSettled: () => client.invalidateQueries({ queryKey: KEY }),
  });
}
