/** Lists of bounded length come bare or as a page of one. */
export type Items<T> = readonly T[] | { readonly items: readonly T[] };

/** The items of a list, however it came. */
export function itemsOf<T>(list: Items<T>): readonly T[] {
  return "items" in list ? list.items : list;
}

/** The API's schemas are the proof of an answer's shape; checking it again here would repeat them. */
export function bodyAs<T>(body: unknown): T {
  return body as T;
}
