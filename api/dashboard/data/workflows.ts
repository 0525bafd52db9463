/** Workflows as the server has them. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { WorkflowView } from "../../schema.ts";
import { get, send } from "./api.ts";
import { type ListPage, searchPage } from "./list_pages.ts";
import { LIVE } from "./query_client.ts";

const KEY = ["workflows"] as const;
/** Rows of a page. */
const PAGE_ROWS = 50;
/** A read looks at 10,000 workflows, in some ms. */
const READS_MAX = 10;

/** Which workflows a list shows, and from where on. */
export interface WorkflowListFilter {
  readonly status: WorkflowView["status"] | null;
  /** Prefix of the id or of the name; empty leaves nothing out. */
  readonly q: string;
  readonly cursor: string | null;
}

/** A page of workflows, newest first, live; the page before stays until the next is there. */
export function useWorkflowPage({ status, q, cursor }: WorkflowListFilter) {
  return useQuery({
    queryKey: [...KEY, { status, q, cursor }],
    queryFn: ({ signal }) =>
      searchPage({
        read: (from, limit) =>
          get<ListPage<WorkflowView>>(
            "/api/workflows",
            { status, q, limit, cursor: from },
            signal,
          ),
        ...{ cursor, limit: PAGE_ROWS, maxReads: READS_MAX },
      }),
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
