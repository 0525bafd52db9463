/** Walks over the tasks that a change of many is for. */
import type { WalkedTasks, WalkQuery, WalkStep } from "../port/walks.ts";
import { integer, text } from "../row/column.ts";
import type { Connection } from "./connection.ts";
import { fewRows, matchingRows, type Scan, scanEnd } from "./listing.ts";
import { both, type Condition, filterCondition } from "./task_filter.ts";

/** What the partial index `tasks_dead` is over. */
export const DEAD: Condition = {
  sql: "status = 'failed' AND discarded_at IS NULL",
  values: [],
};

/** See `TaskWalker.lastSeq`. */
export function lastSeq(connection: Connection): number {
  return integer(connection.row("SELECT seq FROM counters")?.[0]);
}

/** See `TaskWalker.walkTasks`. */
export function walkTasks(
  connection: Connection,
  query: WalkQuery,
  { order, from, upToSeq, limit, scanRows }: WalkStep,
): WalkedTasks {
  const beyond = order === "oldest first"
    ? { sql: "num > ?", values: [from ?? 0] }
    : { sql: "num < ?", values: [from ?? Number.MAX_SAFE_INTEGER] };
  const few = chosenRows(query.ids) ?? fewRows(connection, query, scanRows);
  const rows = [few, query.dead ? DEAD : null].reduce<Condition>(
    (rows, condition) => condition === null ? rows : both(condition, rows),
    beyond,
  );
  const scan: Scan = {
    rows,
    ...few === null && query.dead ? { index: "tasks_dead" } : {},
    column: "num",
    order: order === "oldest first" ? "ASC" : "DESC",
    scanRows,
  };
  const filter = conditionOf(query, upToSeq);
  const columns = { sql: "t.num, t.id", values: [] };
  const found = matchingRows(connection, scan, { filter, limit, columns });
  const ids = found.slice(0, limit).map((row) => text(row[1]));
  if (found.length > limit) return { ids, nextFrom: integer(found[limit - 1]?.[0]) };
  return { ids, nextFrom: scanEnd(connection, scan) };
}

function chosenRows(ids: readonly string[] | null): Condition | null {
  if (ids === null) return null;
  return { sql: "id IN (SELECT value FROM json_each(?))", values: [JSON.stringify(ids)] };
}

function conditionOf({ reason, ...query }: WalkQuery, upToSeq: number | null): Condition {
  let condition = filterCondition(query);
  if (reason !== null) condition = both(condition, { sql: "t.reason = ?", values: [reason] });
  if (upToSeq !== null) condition = both(condition, { sql: "t.seq <= ?", values: [upToSeq] });
  return condition;
}
