/** Lists of tasks as the server has them: searched until a page is full, then live by the pulse. */
import { type QueryClient, useQuery, useQueryClient } from "@tanstack/react-query";
import type { TaskView } from "../../schema.ts";
import { get, type Query } from "./api.ts";
import { type ListPage, type SearchedPage, searchPage, withFreshHead } from "./list_pages.ts";
import { LIVE } from "./query_client.ts";

/** Which page of which list. */
interface TaskListOptions {
  /** The filter as text, by which the list is known. */
  readonly filterKey: string;
  /** The filter as the API takes it now. */
  readonly query: () => Query;
  readonly cursor: string | null;
}

/** Rows of a page. */
export const PAGE_ROWS = 50;
/** A search looks at 10,000 tasks a read, and takes some ms for it. */
const READS_MAX = 500;

const KEY = ["tasks", "list"] as const;

/** A page of tasks, newest first. While it is searched for, it has what was found so far. */
export function useTaskList({ filterKey, query, cursor }: TaskListOptions) {
  const client = useQueryClient();
  const queryKey = [...KEY, filterKey, cursor];
  return useQuery({
    queryKey,
    queryFn: async ({ signal }) => {
      const read = (from: string | null, limit: number) =>
        get<ListPage<TaskView>>("/api/tasks", {
          ...query(),
          limit,
          cursor: from,
        }, signal);
      const known = client.getQueryData<SearchedPage<TaskView>>(queryKey);
      // What took a search is not searched for again at each pulse: what comes, comes at its head.
      if (known !== undefined && known.reads > 1) {
        const fresh = withFreshHead(known, await read(cursor, PAGE_ROWS), idOf);
        if (fresh !== null && fresh.items.length <= 2 * PAGE_ROWS) return fresh;
      }
      return await searchPage({
        ...{ read, cursor, limit: PAGE_ROWS, maxReads: READS_MAX },
        onPart: (part) => {
          if (known === undefined && !signal.aborted) {
            client.setQueryData(queryKey, part);
          }
        },
      });
    },
    meta: LIVE,
  });
}

/** Reads the lists that are seen anew as a whole, after somebody has changed tasks. */
export function rereadTasks(client: QueryClient): Promise<void> {
  client.setQueriesData<SearchedPage<TaskView>>(
    { queryKey: KEY },
    (page) => page === undefined ? undefined : { ...page, reads: 1 },
  );
  return client.invalidateQueries({ queryKey: ["tasks"] });
}

/** What tells tasks apart. */
export function idOf({ id }: Pick<TaskView, "id">): string {
  return id;
}
