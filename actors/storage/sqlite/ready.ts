/** Picking ready tasks: keys take turns, inside a key by `readyOrder`. */
import type { QueueAndPool, ReadyQuery, ReadyTasks } from "../port.ts";
import type { ReadyPoolWriter } from "../port/ready_pools.ts";
import { integer, text, textOrNull } from "../row/column.ts";
import type { Connection } from "./connection.ts";
import { hasKeyless, type KeyRange, readyKeys } from "./ready_keys.ts";
import { COLUMNS_WITH_ARGS, decodeTask, TASK_TABLES } from "./task_row.ts";
import { plain } from "../row/text_column.ts";
import type { Transaction } from "./transaction.ts";

/** One concurrency key in its turn. */
interface KeyTurn {
  readonly key: string | null;
  /** Most tasks that the key may still start. */
  readonly allowance: number;
  /** Nums found so far, in order. */
  readonly nums: number[];
  exhausted: boolean;
}

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
    turns.push({ key: null, allowance: Infinity, nums: [], exhausted: false });
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
    for (const { key, num } of keys) {
      const allowance = keyConcurrency === null
        ? Infinity
        : keyConcurrency - countRunningOfKey(connection, { queue, key, atMost: keyConcurrency });
      if (allowance > 0) turns.push({ key, allowance, nums: [num], exhausted: allowance === 1 });
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
  let found = turns.reduce((sum, { nums }) => sum + nums.length, 0);
  let open = turns.filter((turn) => !turn.exhausted);
  while (found < max && open.length > 0) {
    const each = Math.ceil((max - found) / open.length);
    for (const turn of open) found += readMore(connection, query, { turn, count: each });
    open = open.filter((turn) => !turn.exhausted);
  }
  const picked: { readonly num: number; readonly key: string | null }[] = [];
  const rounds = Math.max(0, ...turns.map((turn) => turn.nums.length));
  for (let round = 0; round < rounds && picked.length < max; round++) {
    for (const { key, nums } of turns) {
      const num = nums[round];
      if (num !== undefined && picked.length < max) picked.push({ num, key });
    }
  }
  return picked;
}

/** Reads up to `count` further nums of a key; answers how many there were. */
function readMore(
  connection: Connection,
  { queue, pool }: QueueAndPool,
  { turn, count }: { readonly turn: KeyTurn; readonly count: number },
): number {
  const limit = Math.min(count, turn.allowance - turn.nums.length);
  const rows = connection.rows(
    "SELECT num FROM tasks INDEXED BY tasks_ready WHERE status = 'pending' AND queue = ? " +
      "AND ready_pool = ? AND concurrency_key IS ? ORDER BY ready_order, num LIMIT +? OFFSET ?",
    queue,
    pool,
    turn.key,
    limit,
    turn.nums.length,
  );
  for (const row of rows) turn.nums.push(integer(row[0]));
  turn.exhausted = rows.length < limit || turn.nums.length >= turn.allowance;
  return rows.length;
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

/** See `StoreWriter.readyWork`. */
export function readyWork({ connection }: Transaction): readonly QueueAndPool[] {
  const work: QueueAndPool[] = [];
  let next = connection.row(
    "SELECT queue, ready_pool FROM tasks INDEXED BY tasks_ready WHERE status = 'pending' " +
      "ORDER BY queue, ready_pool LIMIT 1",
  );
  while (next) {
    const [queue, pool] = [text(next[0]), textOrNull(next[1]) ?? ""];
    work.push({ queue, pool });
    next = connection.row(
      "SELECT queue, ready_pool FROM tasks INDEXED BY tasks_ready WHERE status = 'pending' " +
        "AND (queue, ready_pool) > (?, ?) ORDER BY queue, ready_pool LIMIT 1",
      queue,
      pool,
    );
  }
  return work;
}

/** See `StoreWriter.setReadyPools`. */
export function setReadyPools(
  { connection }: Transaction,
  moves: Parameters<ReadyPoolWriter["setReadyPools"]>[0],
): void {
  connection.runEach(
    "UPDATE tasks SET ready_pool = ? WHERE num = ? AND status = 'pending'",
    moves.map(({ num, readyPool }) => [plain(readyPool, "the pool"), num]),
  );
}
