/** The workflows: how far each is, live. */
import { useCallback, useRef } from "react";
import { Link, useLocation, useSearch } from "wouter";
import type { WorkflowView } from "../../../schema.ts";
import { useWorkflowPage } from "../../data/workflows.ts";
import { Pager, useCursorPages } from "../../ui/cursor_pages.tsx";
import { DataTable } from "../../ui/data_table.tsx";
import { EmptyState } from "../../ui/empty_state.tsx";
import type { LiveRow } from "../../ui/live_rows.ts";
import { NewRowsBar } from "../../ui/new_rows_bar.tsx";
import { PageHeader } from "../../ui/page_header.tsx";
import { useAtRest } from "../../ui/use_at_rest.ts";
import { useLiveRows } from "../../ui/use_live_rows.ts";
import { WORKFLOW_COLUMNS } from "./workflow_columns.tsx";
import { readWorkflowFilter, type WorkflowFilter, workflowListPath } from "./workflow_filter.ts";
import { WorkflowFilters } from "./workflow_filters.tsx";

type Row = LiveRow<WorkflowView>;

const idOf = ({ id }: WorkflowView) => id;
const rowKey = ({ row }: Row) => row.id;
const rowLink = ({ row }: Row) => `/workflows/${encodeURIComponent(row.id)}`;

/** The page at `/workflows`. */
export function WorkflowsPage() {
  const filter = readWorkflowFilter(useSearch());
  const [, navigate] = useLocation();
  const onFilter = useCallback(
    (next: WorkflowFilter) => navigate(workflowListPath(next), { replace: true }),
    [navigate],
  );
  const listKey = workflowListPath(filter);
  const pages = useCursorPages(listKey);
  const { data, error, refetch } = useWorkflowPage({
    ...filter,
    cursor: pages.cursor,
  });
  const list = useRef<HTMLDivElement>(null);
  const free = useAtRest(list) && pages.page === 1;
  const nextCursor = data?.nextCursor ?? null;
  const live = useLiveRows({
    ...{ rows: data?.items, complete: nextCursor === null, rowKey: idOf, free },
    listKey: `${listKey} ${pages.page}`,
  });
  const filtered = filter.status !== null || filter.q !== "";
  return (
    <>
      <PageHeader title="Workflows" />
      <WorkflowFilters filter={filter} onChange={onFilter} />
      <div ref={list}>
        <NewRowsBar count={live.waiting} noun="workflow" onShow={live.show} />
        <DataTable
          caption="Workflows"
          columns={WORKFLOW_COLUMNS}
          rows={live.rows}
          rowKey={rowKey}
          rowLink={rowLink}
          problem={error}
          onRetry={refetch}
          empty={<NoWorkflows filtered={filtered} more={nextCursor !== null} />}
        />
        <Pager pages={pages} nextCursor={nextCursor} />
      </div>
    </>
  );
}

function NoWorkflows(
  { filtered, more }: { readonly filtered: boolean; readonly more: boolean },
) {
  if (!filtered) {
    return (
      <EmptyState title="No workflow yet.">
        Submit one with <code>dtask workflow FILE.json</code> or{" "}
        <code>POST /api/workflows</code>: tasks that depend on each other, stored whole or not at
        all.
      </EmptyState>
    );
  }
  return (
    <EmptyState
      title={more ? "None of the newest is like this." : "No workflow is like this."}
    >
      {more ? "Older ones may be: see the next page." : <Link href="/workflows">Show all</Link>}
    </EmptyState>
  );
}
