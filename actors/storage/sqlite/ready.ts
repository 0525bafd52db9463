/** Picking ready tasks: keys take turns, inside a key by `readyOrder`. */
import type { QueueAndPool, ReadyQuery, ReadyTasks } from "../port.ts";
import { integer, text } from "../row/column.ts";
import type { Connection } from "./connection.ts";
import { type LinePlace, placesBehind } from "./key_lines.ts";
import { hasKeyless, type KeyRange, readyKeys } from "./ready_keys.ts";
import { COLUMNS_WITH_ARGS, decodeTask, TASK_TABLES } from "./task_row.ts";
import type { Transaction } from "./transaction.ts";

/** One concurrency key in its turn. */
interface KeyTurn {
  readonly key: string | null;
  /** Most tasks that the key may still start. */
  readonly allowance: number;
  /** Places of the tasks found so far, in order. */
  readonly found: LinePlace[];
  exhausted: boolean;
}

const BEFORE_ALL: LinePlace = { order: Number.MIN_SAFE_INTEGER, num: 0 };

const LOAD_WITH_ARGS = `SELECT ${COLUMNS_WITH_ARGS} FROM json_each(?) j ` +
  `CROSS JOIN ${TASK_TABLES} WHERE t.num = j.value`;

/** See `StoreWriter.selectReady`. */
export function selectReady({ connection }: Transaction, query: ReadyQuery): ReadyTasks {
  // One more than wanted tells whether anything is left.
  const turns = keyTurns(connection, query);
  const picked = takeTurns(connection, query, { turns, max: query.max + 1 });
  const wanted = picked.slice(0, query.max);
  const nums = wanted.map(({ num }) => num);
  const rows = connection.rows(LOAD_WITH_ARGS, JSON.stringify(nums));
  return {
    // The join follows the array, so the rows come in its order.
    tasks: rows.map(decodeTask),
    lastKey: wanted.length > 0 ? wanted.at(-1)?.key ?? null : query.afterKey,
    drained: picked.length <= query.max,
  };
}

/**
 * The keys with ready work that may start one, in the order of their turns: those after `afterKey`,
 * then no key at all, then round to `afterKey`. One more than wanted is enough.
 */
function keyTurns(connection: Connection, query: ReadyQuery): readonly KeyTurn[] {
  const { queue, pool, afterKey, max } = query;
  const turns = turnsOf(connection, query, { after: afterKey, upTo: null, limit: max + 1 });
  if (turns.length <= max && hasKeyless(connection, { queue, pool })) {
    turns.push({ key: null, allowance: Infinity, found: [], exhausted: false });
  }
  if (turns.length > max || afterKey === null) return turns;
  const limit = max + 1 - turns.length;
  return [...turns, ...turnsOf(connection, query, { after: null, upTo: afterKey, limit })];
}

/** At most `limit` turns of the keys of a range; keys that are at their limit are passed over. */
function turnsOf(
  connection: Connection,
  { queue, pool, keyConcurrency }: ReadyQuery,
  { after, upTo, limit }: Omit<KeyRange, keyof QueueAndPool>,
): KeyTurn[] {
  const turns: KeyTurn[] = [];
  for (let from = after; turns.length < limit;) {
    const count = limit - turns.length;
    const keys = readyKeys(connection, { queue, pool, after: from, upTo, limit: count });
    for (const { key, ...first } of keys) {
      const allowance = keyConcurrency === null
        ? Infinity
        : keyConcurrency - countRunningOfKey(connection, { queue, key, atMost: keyConcurrency });
      if (allowance > 0) turns.push({ key, allowance, found: [first], exhausted: allowance === 1 });
    }
    const last = keys.at(-1);
    if (keys.length < count || last === undefined) return turns;
    from = last.key;
  }
  return turns;
}

/**
 * Picks at most `max` nums, turn by turn. Each pass reads as many of every key as would do if all had
 * enough, so that one key alone is read in one go and a thousand keys are not read a thousand deep.
 */
function takeTurns(
  connection: Connection,
  query: ReadyQuery,
  { turns, max }: { readonly turns: readonly KeyTurn[]; readonly max: number },
): readonly { readonly num: number; readonly key: string | null }[] {
  let count = turns.reduce((sum, { found }) => sum + found.length, 0);
  let open = turns.filter((turn) => !turn.exhausted);
  while (count < max && open.length > 0) {
    const each = Math.ceil((max - count) / open.length);
    for (const turn of open) count += readMore(connection, query, { turn, count: each });
    open = open.filter((turn) => !turn.exhausted);
  }
  const picked: { readonly num: number; readonly key: string | null }[] = [];
  const rounds = Math.max(0, ...turns.map(({ found }) => found.length));
  for (let round = 0; round < rounds && picked.length < max; round++) {
    for (const { key, found } of turns) {
      const place = found[round];
      if (place !== undefined && picked.length < max) picked.push({ num: place.num, key });
    }
  }
  return picked;
}

/** Reads up to `count` further places of a key; answers how many there were. */
function readMore(
  connection: Connection,
  { queue, pool }: QueueAndPool,
  { turn, count }: { readonly turn: KeyTurn; readonly count: number },
): number {
  const { key, allowance, found } = turn;
  const limit = Math.min(count, allowance - found.length);
  const after = found.at(-1) ?? BEFORE_ALL;
  const places = key === null
    ? keylessPlaces(connection, { queue, pool, after, limit })
    : placesBehind(connection, { queue, pool, key }, { after, limit });
  found.push(...places);
  turn.exhausted = places.length < limit || found.length >= allowance;
  return places.length;
}

function keylessPlaces(
  connection: Connection,
  { queue, pool, after, limit }: QueueAndPool & {
    readonly after: LinePlace;
    readonly limit: number;
  },
): readonly LinePlace[] {
  const rows = connection.rows(
    "SELECT ready_order, num FROM tasks INDEXED BY tasks_ready WHERE status = 'pending' " +
      "AND concurrency_key IS NULL AND queue = ? AND ready_pool = ? " +
      "AND (ready_order, num) > (?, ?) ORDER BY ready_order, num LIMIT +?",
    queue,
    pool,
    after.order,
    after.num,
    limit,
  );
  return rows.map((row) => ({ order: integer(row[0]), num: integer(row[1]) }));
}

function countRunningOfKey(
  connection: Connection,
  { queue, key, atMost }: { readonly queue: string; readonly key: string; readonly atMost: number },
): number {
  const row = connection.row(
    "SELECT count(*) FROM (SELECT 1 FROM tasks INDEXED BY tasks_running " +
      "WHERE status = 'running' AND queue = ? AND concurrency_key = ? LIMIT +?)",
    queue,
    key,
    atMost,
  );
  return integer(row?.[0]);
}

/** See `StoreWriter.countRunning`. */
export function countRunning({ connection }: Transaction, queue: string, atMost: number): number {
  const row = connection.row(
    "SELECT count(*) FROM (SELECT 1 FROM tasks INDEXED BY tasks_running " +
      "WHERE status = 'running' AND queue = ? LIMIT +?)",
    queue,
    atMost,
  );
  return integer(row?.[0]);
}

/** The first queue and pool with ready work beyond another. Parameters: that one, twice. */
const NEXT_WORK = "SELECT queue, ready_pool FROM tasks INDEXED BY tasks_ready " +
  "WHERE status = 'pending' AND concurrency_key IS NULL AND (queue, ready_pool) > (?, ?) " +
  "UNION ALL SELECT queue, pool FROM ready_keys WHERE (queue, pool) > (?, ?) ORDER BY 1, 2 LIMIT 1";

/** The first queue and pool with ready work beyond one; null where there is none. */
export function nextWork(
  connection: Connection,
  { queue, pool }: QueueAndPool,
): QueueAndPool | null {
  const next = connection.row(NEXT_WORK, queue, pool, queue, pool);
  return next === undefined ? null : { queue: text(next[0]), pool: text(next[1]) };
}

/** See `StoreWriter.readyWork`. */
export function readyWork({ connection }: Transaction): readonly QueueAndPool[] {
  const work: QueueAndPool[] = [];
  let next = nextWork(connection, { queue: "", pool: "" });
  while (next !== null) {
    work.push(next);
    next = nextWork(connection, next);
  }
  return work;
}
