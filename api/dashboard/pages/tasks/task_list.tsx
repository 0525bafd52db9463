/** The tasks that a filter leaves, live, and what can be done with those that are chosen. */
import type { ChangeName } from "../../data/change_name.ts";
import { useTaskList } from "../../data/task_list.ts";
import { Pager, useCursorPages } from "../../ui/cursor_pages.tsx";
import { DataTable } from "../../ui/data_table.tsx";
import { NewRowsBar } from "../../ui/new_rows_bar.tsx";
import { ChangeDialog, type ProposedChange } from "./change_dialog.tsx";
import { ChosenBar } from "./chosen_bar.tsx";
import { type ChosenTasks, isAnyChosen, NONE_CHOSEN, selectionsOf } from "./chosen_tasks.ts";
import type { ExportWish } from "./export_dialog.tsx";
import { NoTasks } from "./no_tasks.tsx";
import { SearchProgress } from "./search_progress.tsx";
import { TASK_COLUMNS } from "./task_columns.tsx";
import { apiFilter, apiQuery, type TaskFilter } from "./task_filter.ts";
import { rowKey, useChosenList } from "./use_chosen_list.ts";

interface TaskListProps {
  readonly filter: TaskFilter;
  /** The filter as text. */
  readonly filterKey: string;
  readonly onExport: (wish: ExportWish) => void;
}

/** The list of one filter. */
export function TaskList({ filter, filterKey, onExport }: TaskListProps) {
  const pages = useCursorPages(filterKey);
  const query = () => apiQuery(filter, Date.now());
  const tasks = useTaskList({ filterKey, query, cursor: pages.cursor });
  const state = useChosenList({ filterKey, pages, page: tasks.data });
  const { live, chosen, setChosen, setProposed, any } = state;
  const reads = tasks.data?.reads ?? 0;
  const searching = tasks.isFetching && state.nextCursor !== null && !any;
  return (
    <div ref={state.list}>
      <div className="list-bar">
        {isAnyChosen(chosen)
          ? (
            <ChosenBar
              chosen={chosen}
              offerAll={state.offerAll}
              onChooseAll={() => setChosen({ by: "filter" })}
              onClear={() => setChosen(NONE_CHOSEN)}
              changes={changesFor(filter)}
              onChange={(name) => setProposed(proposal(name, chosen, filter))}
              onExport={() => onExport(exportWish(chosen, filter))}
            />
          )
          : null}
        <NewRowsBar count={live.waiting} noun="task" onShow={live.show} />
      </div>
      <DataTable
        caption="Tasks"
        columns={TASK_COLUMNS}
        rows={searching ? undefined : live.rows}
        rowKey={rowKey}
        rowLink={({ row }) => `/tasks/${encodeURIComponent(row.id)}`}
        selection={state.selection}
        problem={tasks.error}
        onRetry={() => void tasks.refetch()}
        empty={<NoTasks filtered={filterKey !== ""} />}
      />
      <SearchProgress reads={reads} active={tasks.isFetching} rows={live.rows?.length ?? 0} />
      <Pager pages={pages} nextCursor={tasks.isPending ? null : state.nextCursor} />
      <ChangeDialog
        change={state.proposed}
        onClose={() => setProposed(null)}
        onDone={() => setChosen(NONE_CHOSEN)}
      />
    </div>
  );
}

/** Dead letters are failed: a filter for other statuses leaves none. */
function changesFor({ status }: TaskFilter): readonly ChangeName[] {
  const failed = status.length === 0 || status.includes("failed");
  return failed ? ["cancel", "retry", "redrive"] : ["cancel", "retry"];
}

function proposal(name: ChangeName, chosen: ChosenTasks, filter: TaskFilter): ProposedChange {
  const meant = name === "redrive" ? { ...filter, status: [] } : filter;
  return {
    name,
    selections: selectionsOf(chosen, apiFilter(meant, Date.now())),
    chosen: chosen.by === "ids" ? chosen.ids.size : null,
  };
}

function exportWish(chosen: ChosenTasks, filter: TaskFilter): ExportWish {
  return chosen.by === "ids"
    ? { by: "ids", ids: [...chosen.ids] }
    : { by: "query", query: apiQuery(filter, Date.now()) };
}
