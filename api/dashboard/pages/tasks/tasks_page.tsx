/** The tasks: found by filters that stand in the address, live, and changed many at once. */
import { useState } from "react";
import { useLocation, useSearch } from "wouter";
import { Button } from "../../ui/button.tsx";
import { PageHeader } from "../../ui/page_header.tsx";
import { AgeSelect, isUsualAge } from "./age_select.tsx";
import { ExportDialog, type ExportWish } from "./export_dialog.tsx";
import { FilterParts } from "./filter_parts.tsx";
import { SearchField } from "./search_field.tsx";
import { withSuggestion } from "./search_text.ts";
import { StatusChips } from "./status_chips.tsx";
import {
  ALL_TASKS,
  apiQuery,
  readTaskFilter,
  type TaskFilter,
  writeTaskFilter,
} from "./task_filter.ts";
import { TaskList } from "./task_list.tsx";

/** The page at `/tasks`. */
export function TasksPage() {
  const search = useSearch();
  const [, navigate] = useLocation();
  const filter = readTaskFilter(search);
  const filterKey = writeTaskFilter(filter);
  const change = (next: TaskFilter) => {
    const text = writeTaskFilter(next);
    navigate(text === "" ? "/tasks" : `/tasks?${text}`);
  };
  const [wish, setWish] = useState<ExportWish | null>(null);
  return (
    <>
      <PageHeader
        title="Tasks"
        actions={
          <Button
            onClick={() => setWish({ by: "query", query: apiQuery(filter, Date.now()) })}
          >
            Export…
          </Button>
        }
      />
      <div className="filter-row">
        <SearchField
          onChoose={(suggestion) => change(withSuggestion(filter, suggestion))}
        />
        <AgeSelect
          since={filter.since}
          onChange={(since) => change({ ...filter, since })}
        />
      </div>
      <div className="filter-line">
        <StatusChips filter={filter} onChange={change} />
        <FilterParts
          fields={isUsualAge(filter.since) ? { ...filter, since: "" } : filter}
          filtered={filterKey !== ""}
          onDrop={(field) => change({ ...filter, [field]: "" })}
          onClear={() => change(ALL_TASKS)}
        />
      </div>
      <TaskList
        key={filterKey}
        filter={filter}
        filterKey={filterKey}
        onExport={setWish}
      />
      <ExportDialog wish={wish} onClose={() => setWish(null)} />
    </>
  );
}
