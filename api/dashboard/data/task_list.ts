/** Lists of tasks as the server has them: searched until a page is full, then live by the pulse. */
import { type QueryClient, useQuery, useQueryClient } from "@tanstack/react-query";
import type { TaskView } from "../../schema.ts";
import { get, type Query } from "./api.ts";
import {
  isCutOff,
  type ListPage,
  type SearchedPage,
  searchPage,
  withFreshHead,
} from "./list_pages.ts";
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
const SEARCH = { limit: PAGE_ROWS, maxReads: 500 } as const;

const KEY = ["tasks", "list"] as const;
/** Of searches that go on behind what is shown. */
const SEARCH_KEY = ["task_search"] as const;

type Page = SearchedPage<TaskView>;

/** A page of tasks, newest first. While it is searched for, it has what was found so far. */
export function useTaskList({ filterKey, query, cursor }: TaskListOptions) {
  const client = useQueryClient();
  return useQuery({
    queryKey: [...KEY, filterKey, cursor],
    queryFn: ({ signal }) => {
      const read = (from: string | null, limit: number) =>
        get<ListPage<TaskView>>("/api/tasks", { ...query(), limit, cursor: from }, signal);
      return readList(client, { at: [filterKey, cursor], cursor, read, signal });
    },
    meta: LIVE,
  });
}

interface ReadOptions {
  /** What tells the page from others. */
  readonly at: readonly unknown[];
  readonly cursor: string | null;
  readonly read: (cursor: string | null, limit: number) => Promise<ListPage<TaskView>>;
  readonly signal: AbortSignal;
}

/**
 * Reads a page: whole; or, where that takes a search, what is new at its head. Each pulse cuts off what
 * is being read and begins again, so that a search goes on with what it had found.
 */
async function readList(client: QueryClient, options: ReadOptions): Promise<Page> {
  const { at, cursor, read, signal } = options;
  const [key, searchKey] = [[...KEY, ...at], [...SEARCH_KEY, ...at]];
  const keep = (key: readonly unknown[]) => (part: Page) => {
    if (!signal.aborted) client.setQueryData(key, part);
  };
  const known = client.getQueryData<Page>(key);
  if (known !== undefined && (known.reads > 1 || known.reads === 1 && isCutOff(known, SEARCH))) {
    const fresh = withFreshHead(known, await read(cursor, PAGE_ROWS), idOf);
    if (fresh !== null && fresh.items.length <= 2 * PAGE_ROWS) {
      if (!isCutOff(fresh, SEARCH)) return fresh;
      return await searchPage({ read, cursor, found: fresh, ...SEARCH, onPart: keep(key) });
    }
  }
  const found = client.getQueryData<Page>(searchKey);
  const whole = await searchPage({
    ...{ read, cursor, ...SEARCH },
    ...(found === undefined ? {} : { found }),
    onPart: keep(known === undefined ? key : searchKey),
  });
  client.removeQueries({ queryKey: searchKey, exact: true });
  return whole;
}

/** Reads the lists that are seen anew as a whole, after somebody has changed tasks. */
export function rereadTasks(client: QueryClient): Promise<void> {
  client.removeQueries({ queryKey: SEARCH_KEY });
  client.setQueriesData<Page>(
    { queryKey: KEY },
    (page) => page === undefined ? undefined : { ...page, reads: 0 },
  );
  return client.invalidateQueries({ queryKey: ["tasks"] });
}

/** What tells tasks apart. */
export function idOf({ id }: Pick<TaskView, "id">): string {
  return id;
}
