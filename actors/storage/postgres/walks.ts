/** Walks over the tasks that a change of many is for. */
import type { WalkedTasks, WalkQuery, WalkStep } from "../port/walks.ts";
import { integer, text } from "../row/column.ts";
import type { Connection } from "./connection.ts";
import { fewRows, matching, type Scan, scanEnd } from "./listing.ts";
import { firstStamp } from "./stamps.ts";
import { all, type Condition, filterCondition } from "./task_filter.ts";

/** What the partial index `tasks_ended_dead` is over. */
export const DEAD: Condition = () => "t.ended AND t.status = 'failed' AND t.discarded_at IS NULL";

/**
 * A stamp that every later change is beyond: whatever is visible has a stamp of a transaction that has
 * ended, and what begins now has a later one.
 */
export const LAST_SEQ = `${firstStamp("pg_snapshot_xmax(pg_current_snapshot())")} - 1`;

/** See `TaskWalker.lastSeq`. */
export async function lastSeq(connection: Connection): Promise<number> {
  return integer((await connection.row(`SELECT ${LAST_SEQ}`))?.[0]);
}

/** See `TaskWalker.walkTasks`. */
export async function walkTasks(
  connection: Connection,
  query: WalkQuery,
  { order, from, upToSeq, limit, scanRows }: WalkStep,
): Promise<WalkedTasks> {
  const beyond: Condition = order === "oldest first"
    ? (values) => `t.num > ${values.add(from ?? 0)}`
    : (values) => `t.num < ${values.add(from ?? Number.MAX_SAFE_INTEGER)}`;
  const few = await chosenRows(connection, query.ids) ??
    await fewRows(connection, query, scanRows);
  const scan: Scan = {
    rows: all(...few === null ? [] : [few], ...query.dead ? [DEAD] : [], beyond),
    column: "num",
    order: order === "oldest first" ? "ASC" : "DESC",
    scanRows,
  };
  const found = await matching(connection, scan, { filter: conditionOf(query, upToSeq), limit });
  const nums = found.slice(0, limit).map(({ num }) => num);
  const ids = await idsOf(connection, nums);
  if (found.length > limit) return { ids, nextFrom: nums.at(-1) ?? null };
  return { ids, nextFrom: await scanEnd(connection, scan) };
}

async function chosenRows(
  connection: Connection,
  ids: readonly string[] | null,
): Promise<Condition | null> {
  if (ids === null) return null;
  const rows = await connection.rows(
    "SELECT num FROM task_inputs WHERE id = ANY ($1::text[])",
    ids,
  );
  const nums = rows.map((row) => integer(row[0]));
  return (values) => `t.num = ANY (${values.add(nums)}::bigint[])`;
}

async function idsOf(
  connection: Connection,
  nums: readonly number[],
): Promise<readonly string[]> {
  if (nums.length === 0) return [];
  const rows = await connection.rows(
    "SELECT num, id FROM task_inputs WHERE num = ANY ($1::bigint[])",
    nums,
  );
  const ids = new Map(rows.map((row) => [integer(row[0]), text(row[1])]));
  return nums.flatMap((num) => ids.get(num) ?? []);
}

function conditionOf({ reason, ...query }: WalkQuery, upToSeq: number | null): Condition {
  const conditions = [filterCondition(query)];
  if (reason !== null) conditions.push((values) => `t.reason = ${values.add(reason)}`);
  if (upToSeq !== null) conditions.push((values) => `t.seq <= ${values.add(upToSeq)}`);
  return all(...conditions);
}
