/** Dead letters as the server has them. */
import { type QueryClient, useQuery } from "@tanstack/react-query";
import type { DeadLetterView } from "../../schema.ts";
import { get, type Query } from "./api.ts";
import { type ListPage, searchPage } from "./list_pages.ts";
import { LIVE } from "./query_client.ts";

/** Rows of a page: fewer than of tasks, since each brings its runs. */
const PAGE_ROWS = 25;
const READS_MAX = 20;

const KEY = ["dead_letters"] as const;

interface DeadLetterListOptions {
  /** The filter as text, by which the list is known. */
  readonly filterKey: string;
  readonly query: () => Query;
  readonly cursor: string | null;
}

/** A page of failed tasks that nobody has discarded, newest first, live. */
export function useDeadLetters(
  { filterKey, query, cursor }: DeadLetterListOptions,
) {
  return useQuery({
    queryKey: [...KEY, filterKey, cursor],
    queryFn: ({ signal }) =>
      searchPage({
        read: (from, limit) =>
          get<ListPage<DeadLetterView>>(
            "/api/dead-letters",
            { ...query(), limit, cursor: from },
            signal,
          ),
        ...{ cursor, limit: PAGE_ROWS, maxReads: READS_MAX },
      }),
    meta: LIVE,
  });
}

/** Reads the lists that are seen anew. */
export function rereadDeadLetters(client: QueryClient): Promise<void> {
  return client.invalidateQueries({ queryKey: KEY });
}
