/**
 * Picking ready tasks: keys take turns, inside a key by `readyOrder`. What is picked is locked at once,
 * and what another node has locked is passed over, so that nodes that work off the same queue neither
 * wait for each other nor take the same tasks.
 */
import type { TaskRecord } from "../../domain/task.ts";
import type { QueueAndPool, ReadyQuery, ReadyTasks } from "../port.ts";
import type { ReadyPoolWriter } from "../port/ready_pools.ts";
import { integer, text } from "../row/column.ts";
import { decodeTask } from "../row/task_record.ts";
import { plain } from "../row/text_column.ts";
import type { Connection } from "./connection.ts";
import { type KeyRange, readyKeys } from "./ready_keys.ts";
import { COLUMNS_WITH_ARGS, WITH_TEXTS_OF } from "./task_row.ts";
import type { Transaction } from "./transaction.ts";

/** One concurrency key in its turn. */
interface KeyTurn {
  readonly key: string | null;
  /** Most tasks that the key may still start. */
  readonly allowance: number;
  /** Tasks found so far, in order, all locked. */
  readonly tasks: TaskRecord[];
  exhausted: boolean;
}

/** See `StoreWriter.selectReady`. */
export async function selectReady(
  { connection }: Transaction,
  query: ReadyQuery,
): Promise<ReadyTasks> {
  // One more than wanted tells whether anything is left.
  const turns = await keyTurns(connection, query);
  const picked = await takeTurns(connection, query, { turns, max: query.max + 1 });
  const tasks = picked.slice(0, query.max);
  return {
    tasks,
    lastKey: tasks.length > 0 ? tasks.at(-1)?.concurrencyKey ?? null : query.afterKey,
    drained: picked.length <= query.max &&
      (turns.length === 0 || !await hasSkipped(connection, query, picked.length)),
  };
}

/**
 * The keys with ready work that may start one, in the order of their turns: those after `afterKey`,
 * then no key at all, then round to `afterKey`. One more than wanted is enough.
 */
async function keyTurns(
  connection: Connection,
  query: ReadyQuery,
): Promise<readonly KeyTurn[]> {
  const { afterKey, max } = query;
  const { turns, hasKeyless } = await turnsOf(connection, query, {
    after: afterKey,
    upTo: null,
    limit: max + 1,
  });
  if (turns.length <= max && hasKeyless) turns.push(turnOf(null, Infinity));
  if (turns.length > max || afterKey === null) return turns;
  const limit = max + 1 - turns.length;
  const before = await turnsOf(connection, query, { after: null, upTo: afterKey, limit });
  return [...turns, ...before.turns];
}

/** At most `limit` turns of the keys of a range; keys that are at their limit are passed over. */
async function turnsOf(
  connection: Connection,
  { queue, pool, keyConcurrency }: ReadyQuery,
  { after, upTo, limit }: Pick<KeyRange, "after" | "upTo" | "limit">,
): Promise<{ readonly turns: KeyTurn[]; readonly hasKeyless: boolean }> {
  const turns: KeyTurn[] = [];
  for (let from = after;;) {
    const count = limit - turns.length;
    const range = { queue, pool, after: from, upTo, limit: count, countAtMost: keyConcurrency };
    const { keys, hasKeyless } = await readyKeys(connection, range);
    for (const { key, running } of keys) {
      const allowance = keyConcurrency === null ? Infinity : keyConcurrency - running;
      if (allowance > 0) turns.push(turnOf(key, allowance));
    }
    const last = keys.at(-1);
    if (turns.length >= limit || keys.length < count || last === undefined) {
      return { turns, hasKeyless };
    }
    from = last.key;
  }
}

function turnOf(key: string | null, allowance: number): KeyTurn {
  return { key, allowance, tasks: [], exhausted: false };
}

/**
 * Picks at most `max` tasks, turn by turn. Each pass reads as many of every key as would do if all had
 * enough, so that one key alone is read in one go and a thousand keys are not read a thousand deep.
 */
async function takeTurns(
  connection: Connection,
  query: ReadyQuery,
  { turns, max }: { readonly turns: readonly KeyTurn[]; readonly max: number },
): Promise<readonly TaskRecord[]> {
  let found = 0;
  let open = turns;
  while (found < max && open.length > 0) {
    const each = Math.ceil((max - found) / open.length);
    await readMore(connection, query, { turns: open, count: each });
    found = turns.reduce((sum, { tasks }) => sum + tasks.length, 0);
    open = open.filter((turn) => !turn.exhausted);
  }
  const picked: TaskRecord[] = [];
  const rounds = Math.max(0, ...turns.map(({ tasks }) => tasks.length));
  for (let round = 0; round < rounds && picked.length < max; round++) {
    for (const { tasks } of turns) {
      const task = tasks[round];
      if (task !== undefined && picked.length < max) picked.push(task);
    }
  }
  return picked;
}

/**
 * The next tasks of one key. Ordered by the key too, which is the same for all: otherwise the planner sees
 * no order in an index on what `IS NULL`, and sorts the whole backlog.
 */
const nextOf = (key: string, [order, num, max]: readonly [string, string, string]) =>
  "SELECT t.* FROM tasks_live t WHERE t.status = 'pending' AND t.queue = $1 AND t.ready_pool = $2 " +
  `AND t.concurrency_key ${key} AND (t.ready_order, t.num) > (${order}, ${num}) ` +
  `ORDER BY t.concurrency_key, t.ready_order, t.num LIMIT ${max} FOR UPDATE SKIP LOCKED`;

const NEXT_KEYLESS = `SELECT ${COLUMNS_WITH_ARGS} FROM (` +
  nextOf("IS NULL", ["$3", "$4", "$5"]) +
  `) t ${WITH_TEXTS_OF} ORDER BY t.ready_order, t.num`;

const NEXT_OF_KEYS = `SELECT ${COLUMNS_WITH_ARGS}, k.place FROM unnest(` +
  "$3::bigint[], $4::bigint[], $5::integer[], $6::text[]) WITH ORDINALITY " +
  "k (after_order, after_num, max, key, place) CROSS JOIN LATERAL (" +
  nextOf("= k.key", ["k.after_order", "k.after_num", "k.max"]) +
  `) t ${WITH_TEXTS_OF} ORDER BY k.place, t.ready_order, t.num`;
/** Behind the columns of a task, of which there are 37. */
const PLACE_COLUMN = 37;

/** Reads up to `count` further tasks of each turn. */
async function readMore(
  connection: Connection,
  { queue, pool }: QueueAndPool,
  { turns, count }: { readonly turns: readonly KeyTurn[]; readonly count: number },
): Promise<void> {
  const wanted = turns.map((turn) => ({ turn, ...placeAfter(turn, count) }));
  const reads = wanted.filter(({ turn }) => turn.key === null).map(
    async ({ turn, order, num, max }) => {
      const rows = await connection.rows(NEXT_KEYLESS, queue, pool, order, num, max);
      note(turn, rows.map(decodeTask), max);
    },
  );
  const keyed = wanted.filter(({ turn }) => turn.key !== null);
  if (keyed.length > 0) {
    reads.push((async () => {
      const rows = await connection.rows(
        NEXT_OF_KEYS,
        queue,
        pool,
        keyed.map(({ order }) => order),
        keyed.map(({ num }) => num),
        keyed.map(({ max }) => max),
        keyed.map(({ turn }) => turn.key),
      );
      const byPlace = Map.groupBy(rows, (row) => integer(row[PLACE_COLUMN]));
      keyed.forEach(({ turn, max }, index) =>
        note(turn, (byPlace.get(index + 1) ?? []).map(decodeTask), max)
      );
    })());
  }
  await Promise.all(reads);
}

/** Behind which task a turn goes on, and for how many. */
function placeAfter({ tasks, allowance }: KeyTurn, count: number) {
  const last = tasks.at(-1);
  return {
    order: last?.readyOrder ?? Number.MIN_SAFE_INTEGER,
    num: last?.num ?? 0,
    max: Math.min(count, allowance - tasks.length),
  };
}

function note(turn: KeyTurn, tasks: readonly TaskRecord[], max: number): void {
  turn.tasks.push(...tasks);
  turn.exhausted = tasks.length < max || turn.tasks.length >= turn.allowance;
}

const COUNT_READY = "SELECT count(*) FROM (SELECT 1 FROM tasks_live t WHERE t.status = 'pending' " +
  "AND t.queue = $1 AND t.ready_pool = $2 LIMIT $3) ready";

/**
 * True when there are more ready tasks than were picked: another node has them, and may give them
 * back. Where keys have a limit, tasks are left over by that, and whoever ends one of the key says so.
 */
async function hasSkipped(
  connection: Connection,
  { queue, pool, keyConcurrency }: ReadyQuery,
  picked: number,
): Promise<boolean> {
  if (keyConcurrency !== null) return false;
  const row = await connection.row(COUNT_READY, queue, pool, picked + 1);
  return integer(row?.[0]) > picked;
}

const COUNT_RUNNING = "SELECT count(*) FROM (SELECT 1 FROM tasks_live t " +
  "WHERE t.status = 'running' AND t.queue = $1 LIMIT $2) running";

/** See `StoreWriter.countRunning`. */
export async function countRunning(
  { connection }: Transaction,
  queue: string,
  atMost: number,
): Promise<number> {
  return integer((await connection.row(COUNT_RUNNING, queue, atMost))?.[0]);
}

/** From each queue and pool one seek of the index to the next. */
const READY_WORK = "WITH RECURSIVE work (queue, pool) AS (" +
  "(SELECT t.queue, t.ready_pool FROM tasks_live t WHERE t.status = 'pending' " +
  "ORDER BY t.queue, t.ready_pool LIMIT 1) UNION ALL " +
  "SELECT next.queue, next.ready_pool FROM work w CROSS JOIN LATERAL (" +
  "SELECT t.queue, t.ready_pool FROM tasks_live t WHERE t.status = 'pending' " +
  "AND (t.queue, t.ready_pool) > (w.queue, w.pool) ORDER BY t.queue, t.ready_pool LIMIT 1) next" +
  ") SELECT queue, pool FROM work";

/** See `StoreWriter.readyWork`. */
export async function readyWork({ connection }: Transaction): Promise<readonly QueueAndPool[]> {
  const rows = await connection.rows(READY_WORK);
  return rows.map((row) => ({ queue: text(row[0]), pool: text(row[1]) }));
}

const SET_READY_POOLS = "UPDATE tasks_live t SET ready_pool = u.ready_pool " +
  "FROM unnest($1::bigint[], $2::text[]) u (num, ready_pool) " +
  "WHERE t.num = u.num AND t.status = 'pending'";

/** See `ReadyPoolWriter.setReadyPools`. */
export async function setReadyPools(
  { connection }: Transaction,
  moves: Parameters<ReadyPoolWriter["setReadyPools"]>[0],
): Promise<void> {
  if (moves.length === 0) return;
  const readyPools = moves.map(({ readyPool }) => plain(readyPool, "the pool"));
  await connection.run(SET_READY_POOLS, moves.map(({ num }) => num), readyPools);
}

const SET_POOLS = "UPDATE tasks_live t SET pool = u.pool, ready_pool = u.ready_pool " +
  "FROM unnest($1::bigint[], $2::text[], $3::text[]) u (num, pool, ready_pool) " +
  "WHERE t.num = u.num AND t.status = 'pending'";

/** See `ReadyPoolWriter.setPools`. */
export async function setPools(
  { connection }: Transaction,
  moves: Parameters<ReadyPoolWriter["setPools"]>[0],
): Promise<void> {
  if (moves.length === 0) return;
  await connection.run(
    SET_POOLS,
    moves.map(({ num }) => num),
    moves.map(({ pool }) => plain(pool, "the pool")),
    moves.map(({ readyPool }) => plain(readyPool, "the pool")),
  );
}
