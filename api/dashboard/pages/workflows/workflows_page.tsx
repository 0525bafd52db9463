/** The workflows: how far each is, live. */
import { useCallback, useEffect, useState } from "react";
import { Link, useLocation, useSearch } from "wouter";
import type { WorkflowView } from "../../../schema.ts";
import { useWorkflowPage } from "../../data/workflows.ts";
import { Pager, useCursorPages } from "../../ui/cursor_pages.tsx";
import { DataTable } from "../../ui/data_table.tsx";
import { EmptyState } from "../../ui/empty_state.tsx";
import { useHeldRows } from "../../ui/use_held_rows.ts";
import { NewRowsBar } from "../../ui/new_rows_bar.tsx";
import { PageHeader } from "../../ui/page_header.tsx";
import { WORKFLOW_COLUMNS } from "./workflow_columns.tsx";
import { readWorkflowFilter, type WorkflowFilter, workflowListPath } from "./workflow_filter.ts";
import { WorkflowFilters } from "./workflow_filters.tsx";

const rowKey = ({ id }: WorkflowView) => id;
const rowLink = ({ id }: WorkflowView) => `/workflows/${encodeURIComponent(id)}`;

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
  const held = useHeldRows({
    rows: data?.items,
    rowKey,
    listKey: `${listKey} ${pages.page}`,
    free: useAtTop(),
  });
  const filtered = filter.status !== null || filter.q !== "";
  return (
    <>
      <PageHeader title="Workflows" />
      <WorkflowFilters filter={filter} onChange={onFilter} />
      <NewRowsBar count={held.waiting} noun="workflow" onShow={held.show} />
      <DataTable
        caption="Workflows"
        columns={WORKFLOW_COLUMNS}
        rows={held.rows}
        rowKey={rowKey}
        rowLink={rowLink}
        problem={error}
        onRetry={refetch}
        empty={<NoWorkflows filtered={filtered} more={data?.nextCursor != null} />}
      />
      <Pager pages={pages} nextCursor={data?.nextCursor ?? null} />
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
      title={more ? "None of the newest 10,000 is like this." : "No workflow is like this."}
    >
      {more ? "Older ones may be: see the next page." : <Link href="/workflows">Show all</Link>}
    </EmptyState>
  );
}

/** True while the list is at its top and nothing in the page has the focus: then rows may come in. */
function useAtTop(): boolean {
  const [atTop, setAtTop] = useState(true);
  useEffect(() => {
    const look = () => {
      const focused = document.activeElement?.closest("table") ?? null;
      setAtTop(scrollY <= 0 && focused === null);
    };
    const events = ["scroll", "focusin", "focusout"] as const;
    for (const name of events) addEventListener(name, look, { passive: true });
    look();
    return () => {
      for (const name of events) removeEventListener(name, look);
    };
  }, []);
  return atTop;
}
