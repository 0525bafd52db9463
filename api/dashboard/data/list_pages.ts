/**
 * Pages of a list that is searched as it is read. A page of the server's looks at 10,000 tasks and may
 * be short, or empty, with more behind it: reading goes on until a page is full. Pure but for `read`.
 */

/** What the server answers. */
export interface ListPage<Row> {
  readonly items: readonly Row[];
  readonly nextCursor: string | null;
}

/** A page put together. */
export interface SearchedPage<Row> extends ListPage<Row> {
  /** Pages of the server's that were read for it. */
  readonly reads: number;
}

/** How to read. */
export interface SearchOptions<Row> {
  readonly read: (
    cursor: string | null,
    limit: number,
  ) => Promise<ListPage<Row>>;
  readonly cursor: string | null;
  /** What was found already, where a search goes on that was cut off. */
  readonly found?: SearchedPage<Row>;
  readonly limit: number;
  readonly maxReads: number;
  /** Called while it goes on, with what was found so far. */
  readonly onPart?: (part: SearchedPage<Row>) => void;
}

/** Reads until there are `limit` rows, the list ends, or `maxReads` pages were read. */
export async function searchPage<Row>(
  options: SearchOptions<Row>,
): Promise<SearchedPage<Row>> {
  const { read, limit, maxReads, onPart } = options;
  let part = options.found ?? { items: [], nextCursor: options.cursor, reads: 0 };
  do {
    const page = await read(part.nextCursor, limit - part.items.length);
    part = {
      items: [...part.items, ...page.items],
      nextCursor: page.nextCursor,
      reads: part.reads + 1,
    };
    if (part.items.length >= limit || part.nextCursor === null) break;
    onPart?.(part);
  } while (part.reads < maxReads);
  return part;
}

/** True where a search was cut off before it had filled its page. */
export function isCutOff<Row>(
  { items, nextCursor, reads }: SearchedPage<Row>,
  { limit, maxReads }: Pick<SearchOptions<Row>, "limit" | "maxReads">,
): boolean {
  return items.length < limit && nextCursor !== null && reads < maxReads;
}

/**
 * `known` with what was read anew of its beginning: what is behind the last row that both have was not
 * looked at again and stays as it was known. Null where there is nothing to go by, so that the whole
 * has to be read again.
 */
export function withFreshHead<Row>(
  known: SearchedPage<Row>,
  head: ListPage<Row>,
  rowKey: (row: Row) => string,
): SearchedPage<Row> | null {
  if (head.nextCursor === null) return { ...head, reads: known.reads };
  const fresh = new Set(head.items.map(rowKey));
  const last = known.items.findLastIndex((row) => fresh.has(rowKey(row)));
  if (last < 0 && head.items.length > 0 && known.items.length > 0) return null;
  return { ...known, items: [...head.items, ...known.items.slice(last + 1)] };
}
