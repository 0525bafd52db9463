/** Counters of queues that hold nothing any more. Names of queues are the users' to make up. */
import { TASK_STATUSES } from "../../domain/task.ts";
import { integer, type Row, text } from "../row/column.ts";
import type { Transaction } from "./transaction.ts";

/** How the rows of a table of counters are found, and dropped, that sum up to nothing. */
interface CounterTable {
  /** Locks rows that may go: gives slot, queue, what else they are counted by, and the counts. */
  readonly lock: string;
  /** Takes the first three of those. */
  readonly drop: string;
}

const COUNTS = TASK_STATUSES.join(", ");
const SOME = TASK_STATUSES.map((status) => `sum(${status}) <> 0`).join(" OR ");

const TABLES: readonly CounterTable[] = [
  {
    lock: `SELECT slot, queue, '', ${COUNTS} FROM depths WHERE queue = ANY ($1::text[]) ` +
      "AND queue NOT IN (SELECT queue FROM depths WHERE queue = ANY ($1::text[]) " +
      `GROUP BY queue HAVING ${SOME}) ORDER BY slot, queue FOR UPDATE`,
    drop: "DELETE FROM depths d USING unnest($1::integer[], $2::text[], $3::text[]) " +
      "u (slot, queue, rest) WHERE d.slot = u.slot AND d.queue = u.queue",
  },
  {
    lock: "SELECT slot, queue, reason, count FROM dead_letter_counts " +
      "WHERE queue = ANY ($1::text[]) AND (queue, reason) NOT IN (SELECT queue, reason " +
      "FROM dead_letter_counts WHERE queue = ANY ($1::text[]) GROUP BY queue, reason " +
      "HAVING sum(count) <> 0) ORDER BY slot, queue, reason FOR UPDATE",
    drop: "DELETE FROM dead_letter_counts d USING unnest($1::integer[], $2::text[], $3::text[]) " +
      "u (slot, queue, rest) WHERE d.slot = u.slot AND d.queue = u.queue AND d.reason = u.rest",
  },
];

/**
 * Drops the counters of those of `queues` that hold nothing. A queue has rows of several nodes, one of which
 * may have counted up what another counted down: only together, and locked, do they say nothing.
 */
export async function dropEmptyQueues(
  { connection, counters }: Transaction,
  queues: readonly string[],
): Promise<void> {
  await counters.flush();
  const distinct = [...new Set(queues)];
  for (const { lock, drop } of TABLES) {
    const empty = withoutContent(await connection.rows(lock, distinct));
    if (empty.length === 0) continue;
    await connection.run(
      drop,
      empty.map((row) => integer(row[0])),
      empty.map((row) => text(row[1])),
      empty.map((row) => text(row[2])),
    );
  }
}

const QUEUES = `SELECT queue, (${SOME})::integer FROM depths GROUP BY queue`;

/** See `StoreWriter.queueNames`. */
export async function queueNames(tx: Transaction): Promise<readonly string[]> {
  await tx.counters.flush();
  const rows = await tx.connection.rows(QUEUES);
  const empty = rows.filter((row) => row[1] === 0).map((row) => text(row[0]));
  if (empty.length > 0) await dropEmptyQueues(tx, empty);
  return rows.filter((row) => row[1] === 1).map((row) => text(row[0]));
}

/** Those of the locked rows that sum up to nothing with the others of the same queue and kind. */
function withoutContent(rows: readonly Row[]): readonly Row[] {
  const groups = Map.groupBy(rows, ([, queue, rest]) => JSON.stringify([queue, rest]));
  return [...groups.values()].filter((group) => {
    const [, , , ...counts] = group[0] ?? [];
    return counts.every((_, index) =>
      group.reduce((sum, row) => sum + integer(row[index + 3]), 0) === 0
    );
  }).flat();
}
