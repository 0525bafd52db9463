import type { CommandCall } from "./command_call.ts";
import { TEXT, wholeNumber } from "./value_kind.ts";

/** Largest page that a node gives, and most items that one list shows. */
const PAGE_MAX = 500;
const LIST_MAX = 100_000;

/** Items of a list, and where it goes on; null at its end. */
export interface Listed<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
}

/** Which page is asked for. */
export interface PageOptions {
  readonly limit: number;
  readonly cursor?: string;
}

/** What `--limit` and `--cursor` of a list ask for; read before anything is sent. */
export function readPaging({ own }: CommandCall) {
  const limit = own.read("--limit", wholeNumber(1, LIST_MAX)) ?? 50;
  return { limit, cursor: own.read("--cursor", TEXT) };
}

/** Fetches page after page up to the limit. */
export async function fetchPages<T>(
  { limit, cursor: first }: ReturnType<typeof readPaging>,
  fetchPage: (options: PageOptions) => Promise<Listed<T>>,
): Promise<Listed<T>> {
  const items: T[] = [];
  let cursor = first;
  // A page may be short, even empty, and have a next one: the node bounds what it looks through.
  do {
    const page = await fetchPage({
      limit: Math.min(PAGE_MAX, limit - items.length),
      ...(cursor === null ? {} : { cursor }),
    });
    items.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== null && items.length < limit);
  return { items, nextCursor: cursor };
}
