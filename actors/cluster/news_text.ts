/**
 * News as texts for the database's notifications, which are short. Nodes of neighbouring versions read
 * each other's: fields that one does not know it passes over, and what it can't read at all makes it look.
 */
import type { NodeNews } from "../protocol.ts";
import { LOOK_AT_EVERYTHING } from "./merge_news.ts";

/** Bytes of one notification; PostgreSQL takes fewer than 8,000. */
const TEXT_BYTES = 7_800;
/** Notifications of one piece of news: about 1,700 ids. */
const TEXTS_MAX = 8;

/** One heard text. */
export interface HeardNews {
  readonly node: string;
  readonly news: NodeNews;
}

/** One thing to tell, by the field of the message that it belongs into. */
type Piece =
  | readonly ["e", string]
  | readonly ["w", string]
  | readonly ["l", number]
  | readonly ["r", readonly [string, string]]
  | readonly ["f", string]
  | readonly ["c", readonly [string, number, number]];

interface Message {
  /** The node whose news it is. */
  readonly n: string;
  /** The newest stamp. */
  readonly s: number;
  /** Look at everything. */
  readonly x?: 1;
  /** More has ended than could be told. */
  readonly m?: 1;
  readonly e?: readonly string[];
  readonly w?: readonly string[];
  /** More logs have grown than could be told. */
  readonly g?: 1;
  readonly l?: readonly number[];
  readonly r?: readonly (readonly [string, string])[];
  readonly f?: readonly string[];
  readonly c?: readonly (readonly [string, number, number])[];
}

/** Texts that tell `news` together; what does not fit into them is said to be there. */
export function encodeNews(node: string, news: NodeNews): readonly string[] {
  const packed = pack(node, news, piecesOf(news));
  if (packed !== null) return packed;
  // The ends are most of it. Whoever waits for one, or for a line of a log, has to look.
  const withoutEnds = { ...news, ended: null, logged: null };
  return pack(node, withoutEnds, piecesOf(withoutEnds)) ??
    [textOf(node, { ...LOOK_AT_EVERYTHING, lastSeq: news.lastSeq }, [])];
}

/** What a text tells; one that can't be read asks to look at everything. */
export function decodeNews(text: string): HeardNews {
  const message = parse(text);
  if (message === null) return { node: "", news: LOOK_AT_EVERYTHING };
  const { n, s, x, m, e = [], w = [], g, l = [], r = [], f = [], c = [] } = message;
  const cancels = Map.groupBy(c, ([node]) => node);
  return {
    node: n,
    news: {
      lastSeq: s,
      ended: m === 1 ? null : e,
      endedWorkflows: w,
      logged: g === 1 ? null : l,
      ready: r.map(([queue, pool]) => ({ queue, pool })),
      freed: f,
      cancels: [...cancels].map(([node, refs]) => ({
        node,
        runs: refs.map(([, num, run]) => ({ num, run })),
      })),
      refresh: x === 1,
    },
  };
}

function piecesOf(news: NodeNews): readonly Piece[] {
  const { ended, endedWorkflows, logged, ready, freed, cancels } = news;
  return [
    ...cancels.flatMap(({ node, runs }) =>
      runs.map(({ num, run }): Piece => ["c", [node, num, run]])
    ),
    ...ready.map(({ queue, pool }): Piece => ["r", [queue, pool]]),
    ...freed.map((queue): Piece => ["f", queue]),
    ...endedWorkflows.map((id): Piece => ["w", id]),
    ...(logged ?? []).map((num): Piece => ["l", num]),
    ...(ended ?? []).map((id): Piece => ["e", id]),
  ];
}

/** Fills texts one after the other; null where there would be too many. */
function pack(node: string, news: NodeNews, pieces: readonly Piece[]): readonly string[] | null {
  const texts: string[] = [];
  const emptyBytes = bytesOf(textOf(node, news, []));
  let held: Piece[] = [];
  let bytes = emptyBytes;
  for (const piece of pieces) {
    // With the comma behind it, and the name of its field where it is the first there.
    const more = bytesOf(JSON.stringify(piece[1])) + 8;
    if (bytes + more > TEXT_BYTES) {
      if (held.length === 0 || texts.length === TEXTS_MAX - 1) return null;
      texts.push(textOf(node, news, held));
      [held, bytes] = [[], emptyBytes];
    }
    held.push(piece);
    bytes += more;
  }
  return [...texts, textOf(node, news, held)];
}

function textOf(node: string, news: NodeNews, pieces: readonly Piece[]): string {
  const fields: Record<string, unknown[]> = {};
  for (const [field, value] of pieces) (fields[field] ??= []).push(value);
  const message = {
    n: node,
    s: news.lastSeq,
    ...(news.refresh && { x: 1 }),
    ...(news.ended === null && { m: 1 }),
    ...(news.logged === null && { g: 1 }),
    ...fields,
  };
  return JSON.stringify(message);
}

function bytesOf(text: string): number {
  return new TextEncoder().encode(text).length;
}

function parse(text: string): Message | null {
  try {
    const value: unknown = JSON.parse(text);
    return isMessage(value) ? value : null;
  } catch {
    // Somebody else's notification: there is nothing to be told of it.
    return null;
  }
}

function isMessage(value: unknown): value is Message {
  if (typeof value !== "object" || value === null) return false;
  const { n, s, e = [], w = [], l = [], r = [], f = [], c = [] } = value as Record<string, unknown>;
  const areTexts = (list: unknown) => isListOf(list, (item) => typeof item === "string");
  return typeof n === "string" && typeof s === "number" && [e, w, f].every(areTexts) &&
    isListOf(l, Number.isSafeInteger) &&
    isListOf(r, (item) => areTexts(item) && (item as unknown[]).length === 2) &&
    isListOf(
      c,
      (item) =>
        Array.isArray(item) && typeof item[0] === "string" && Number.isInteger(item[1]) &&
        Number.isInteger(item[2]),
    );
}

function isListOf(list: unknown, isItem: (item: unknown) => boolean): boolean {
  return Array.isArray(list) && list.every(isItem);
}
