/** The dead letters: what failed and nobody has dealt with; sent round again, or given up. */
import { useLocation, useSearch } from "wouter";
import { PageHeader } from "../../ui/page_header.tsx";
import { AgeSelect, isUsualAge } from "../tasks/age_select.tsx";
import { FilterParts } from "../tasks/filter_parts.tsx";
import { SearchField } from "../tasks/search_field.tsx";
import {
  type DeadLetterFilter,
  readDeadLetterFilter,
  writeDeadLetterFilter,
} from "./dead_letter_filter.ts";
import { DeadLetterList } from "./dead_letter_list.tsx";
import { ReasonChips } from "./reason_chips.tsx";

/** The page at `/dead-letters`. */
export function DeadLettersPage() {
  const filter = readDeadLetterFilter(useSearch());
  const filterKey = writeDeadLetterFilter(filter);
  const [, navigate] = useLocation();
  const change = (next: DeadLetterFilter) => {
    const text = writeDeadLetterFilter(next);
    navigate(text === "" ? "/dead-letters" : `/dead-letters?${text}`);
  };
  return (
    <>
      <PageHeader title="Dead letters" />
      <div className="filter-row">
        <SearchField onChoose={({ field, value }) => change({ ...filter, [field]: value })} />
        <AgeSelect since={filter.since} onChange={(since) => change({ ...filter, since })} />
      </div>
      <div className="filter-line">
        <ReasonChips reason={filter.reason} onChange={(reason) => change({ ...filter, reason })} />
        <FilterParts
          fields={isUsualAge(filter.since) ? { ...filter, since: "" } : filter}
          filtered={filterKey !== ""}
          onDrop={(field) => change({ ...filter, [field]: "" })}
          onClear={() => navigate("/dead-letters")}
        />
      </div>
      <DeadLetterList key={filterKey} filter={filter} filterKey={filterKey} />
    </>
  );
}
