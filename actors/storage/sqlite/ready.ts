/** Picking ready tasks: keys take turns, inside a key by `readyOrder`. */
import type { QueueAndPool, ReadyQuery, ReadyTasks } from "../port.ts";
import type { ReadyPoolWriter } from "../port/ready_pools.ts";
import { integer, text, textOrNull } from "./column.ts";
import type { Connection } from "./connection.ts";
import { COLUMNS_WITH_ARGS, decodeTask, TASK_TABLES } from "./task_row.ts";
import { plain } from "./text_column.ts";
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
 * then round to it. No key at all counts as the smallest key.
 */
function keyTurns(connection: Connection, query: ReadyQuery): readonly KeyTurn[] {
  const { queue, pool, afterKey, keyConcurrency, max } = query;
  const turns: KeyTurn[] = [];
  const add = (key: string | null) => {
    const allowance = key === null || keyConcurrency === null
      ? Infinity
      : keyConcurrency - countRunningOfKey(connection, { queue, key, atMost: keyConcurrency });
    if (allowance > 0) turns.push({ key, allowance, nums: [], exhausted: false });
  };
  for (const key of readyKeys(connection, { queue, pool, after: afterKey, upTo: null })) {
    if (turns.length > max) break;
    add(key);
  }
  if (hasKeyless(connection, { queue, pool })) add(null);
  if (afterKey === null) return turns;
  for (const key of readyKeys(connection, { queue, pool, after: null, upTo: afterKey })) {
    if (turns.length > max) break;
    add(key);
  }
  return turns;
}

interface KeyRange extends QueueAndPool {
  /** Keys beyond this one; null: from the first. */
  readonly after: string | null;
  /** Keys not beyond this one; null: to the last. */
  readonly upTo: string | null;
}

const KEYS_OF_POOL = "SELECT concurrency_key, concurrency_key <= ? FROM tasks " +
  "INDEXED BY tasks_ready WHERE status = 'pending' AND queue = ? AND ready_pool = ? ";
const FIRST_KEY = KEYS_OF_POOL + "AND concurrency_key IS NOT NULL ORDER BY concurrency_key LIMIT 1";
const KEY_AFTER = KEYS_OF_POOL + "AND concurrency_key > ? ORDER BY concurrency_key LIMIT 1";

/**
 * The keys of a range: one seek of the index each, instead of a walk over all the tasks of a key. The
 * database compares them, since its order of strings is not JavaScript's.
 */
export function* readyKeys(
  connection: Connection,
  { queue, pool, after, upTo }: KeyRange,
): Generator<string> {
  let row = after === null
    ? connection.row(FIRST_KEY, upTo, queue, pool)
    : connection.row(KEY_AFTER, upTo, queue, pool, after);
  while (row && (upTo === null || row[1] === 1)) {
    const key = text(row[0]);
    yield key;
    row = connection.row(KEY_AFTER, upTo, queue, pool, key);
  }
}

/** True when the queue and pool have ready work without a key. */
export function hasKeyless(connection: Connection, { queue, pool }: QueueAndPool): boolean {
  return connection.row(
    "SELECT 1 FROM tasks INDEXED BY tasks_ready WHERE status = 'pending' " +
      "AND queue = ? AND ready_pool = ? AND concurrency_key IS NULL LIMIT 1",
    queue,
    pool,
  ) !== undefined;
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
  let found = 0;
  let open = turns;
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
      "AND ready_pool = ? AND concurrency_key IS ? ORDER BY ready_order, num LIMIT ? OFFSET ?",
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
      "WHERE status = 'running' AND queue = ? AND concurrency_key = ? LIMIT ?)",
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
      "WHERE status = 'running' AND queue = ? LIMIT ?)",
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
