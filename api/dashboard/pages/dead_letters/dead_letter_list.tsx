/** The dead letters that a filter leaves, live, and what can be done with those that are chosen. */
import { useDeadLetters } from "../../data/dead_letters.ts";
import type { ChangeName } from "../../data/change_name.ts";
import { useAllowed } from "../../session/session.ts";
import { Button } from "../../ui/button.tsx";
import { Pager, useCursorPages } from "../../ui/cursor_pages.tsx";
import { DataTable } from "../../ui/data_table.tsx";
import { EmptyState } from "../../ui/empty_state.tsx";
import { NewRowsBar } from "../../ui/new_rows_bar.tsx";
import type { ProposedChange } from "../tasks/change_dialog.tsx";
import { ChosenBar } from "../tasks/chosen_bar.tsx";
import { type ChosenTasks, isAnyChosen, NONE_CHOSEN, selectionsOf } from "../tasks/chosen_tasks.ts";
import { rowKey, useChosenList } from "../tasks/use_chosen_list.ts";
import { DEAD_LETTER_COLUMNS } from "./dead_letter_columns.tsx";
import { deadLetterBody, type DeadLetterFilter, deadLetterQuery } from "./dead_letter_filter.ts";
import { RedriveDialog } from "./redrive_dialog.tsx";

interface DeadLetterListProps {
  readonly filter: DeadLetterFilter;
  /** The filter as text. */
  readonly filterKey: string;
}

/** The list of one filter. */
export function DeadLetterList({ filter, filterKey }: DeadLetterListProps) {
  const pages = useCursorPages(filterKey);
  const query = () => deadLetterQuery(filter, Date.now());
  const letters = useDeadLetters({ filterKey, query, cursor: pages.cursor });
  const state = useChosenList({ filterKey, pages, page: letters.data });
  const { live, chosen, setChosen, setProposed } = state;
  return (
    <div ref={state.list}>
      <div className="list-bar">
        <LetterActions
          chosen={chosen}
          offerAll={state.offerAll}
          any={state.any}
          onChoose={setChosen}
          onChange={(name) => setProposed(proposal(name, chosen, filter))}
        />
        <NewRowsBar count={live.waiting} noun="dead letter" onShow={live.show} />
      </div>
      <DataTable
        caption="Dead letters"
        columns={DEAD_LETTER_COLUMNS}
        rows={live.rows}
        rowKey={rowKey}
        rowLink={({ row }) => `/tasks/${encodeURIComponent(row.id)}`}
        selection={state.selection}
        problem={letters.error}
        onRetry={() => void letters.refetch()}
        empty={<NoDeadLetters filtered={filterKey !== ""} />}
      />
      <Pager pages={pages} nextCursor={state.nextCursor} />
      <RedriveDialog
        proposed={state.proposed}
        args={state.firstChosen?.args}
        onClose={() => setProposed(null)}
        onDone={() => setChosen(NONE_CHOSEN)}
      />
    </div>
  );
}

interface LetterActionsProps {
  readonly chosen: ChosenTasks;
  readonly offerAll: boolean;
  /** Whether the list has anything in it. */
  readonly any: boolean;
  readonly onChoose: (chosen: ChosenTasks) => void;
  readonly onChange: (name: ChangeName) => void;
}

/** What can be done with those that are chosen; while none is, a way to choose all. */
function LetterActions({ chosen, offerAll, any, onChoose, onChange }: LetterActionsProps) {
  const allowed = useAllowed("tasks:write");
  if (!allowed || !any) return <span />;
  const chooseAll = () => onChoose({ by: "filter" });
  if (!isAnyChosen(chosen)) {
    return <Button kind="quiet" onClick={chooseAll}>Choose all that match</Button>;
  }
  return (
    <ChosenBar
      chosen={chosen}
      offerAll={offerAll}
      onChooseAll={chooseAll}
      onClear={() => onChoose(NONE_CHOSEN)}
      changes={["redrive", "discard"]}
      onChange={onChange}
    />
  );
}

function NoDeadLetters({ filtered }: { readonly filtered: boolean }) {
  return filtered
    ? (
      <EmptyState title="No dead letter matches this filter.">
        Drop a part of it, or clear it, to see more.
      </EmptyState>
    )
    : (
      <EmptyState title="No dead letters.">
        Tasks that fail for good wait here, until somebody sends them round again or gives them up.
      </EmptyState>
    );
}

function proposal(name: ChangeName, chosen: ChosenTasks, filter: DeadLetterFilter): ProposedChange {
  return {
    name,
    selections: selectionsOf(chosen, deadLetterBody(filter, Date.now())),
    chosen: chosen.by === "ids" ? chosen.ids.size : null,
  };
}
