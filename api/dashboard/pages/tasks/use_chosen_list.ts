/** What lists of tasks have in common: rows that hold still while one reads, chosen ones, a change of those. */
import { useRef, useState } from "react";
import type { ListPage } from "../../data/list_pages.ts";
import type { CursorPages } from "../../ui/cursor_pages.tsx";
import type { LiveRow } from "../../ui/live_rows.ts";
import { useAtRest } from "../../ui/use_at_rest.ts";
import { useLiveRows } from "../../ui/use_live_rows.ts";
import type { ProposedChange } from "./change_dialog.tsx";
import {
  chosenKeys,
  type ChosenTasks,
  isAnyChosen,
  NONE_CHOSEN,
  offersAll,
} from "./chosen_tasks.ts";

interface ChosenListOptions<Row> {
  /** The filter as text. */
  readonly filterKey: string;
  readonly pages: CursorPages;
  /** The page that is seen; undefined while it is read for the first time. */
  readonly page: ListPage<Row> | undefined;
}

/** The state of a list. */
export function useChosenList<Row extends { readonly id: string }>(
  { filterKey, pages, page }: ChosenListOptions<Row>,
) {
  const [chosen, setChosen] = useState<ChosenTasks>(NONE_CHOSEN);
  const [proposed, setProposed] = useState<ProposedChange | null>(null);
  const list = useRef<HTMLDivElement>(null);
  const atRest = useAtRest(list);
  const nextCursor = page?.nextCursor ?? null;
  const live = useLiveRows({
    ...{ rows: page?.items, complete: nextCursor === null, rowKey: ({ id }: Row) => id },
    listKey: `${pages.page} ${filterKey}`,
    free: atRest && !isAnyChosen(chosen) && pages.page === 1,
  });
  const shown = live.rows?.map(rowKey) ?? [];
  const selected = chosenKeys(chosen, shown);
  return {
    ...{ list, live, nextCursor, chosen, setChosen, proposed, setProposed },
    /** Whether anything is seen. */
    any: shown.length > 0,
    /** Whether one may want all that match instead of those that are seen. */
    offerAll: offersAll(chosen, shown, nextCursor !== null || pages.page > 1),
    selection: {
      selected,
      onChange: (ids: ReadonlySet<string>) => setChosen({ by: "ids", ids }),
    },
    /** One of those that are chosen and seen. */
    firstChosen: live.rows?.find((row) => selected.has(rowKey(row)))?.row,
  };
}

/** What tells rows apart. */
export function rowKey({ row }: LiveRow<{ readonly id: string }>): string {
  return row.id;
}
