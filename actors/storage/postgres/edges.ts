/** The graph: who waits for whom. */
import { TASK_STATUSES, type TaskStatus } from "../../domain/task.ts";
import type { DependencyState, Dependent, StoreReader } from "../port.ts";
import type { DependentPage } from "../port/dependents.ts";
import { integer, oneOf, text } from "../row/column.ts";
import { decodeSpec } from "../row/spec_text.ts";
import { decodeReason, decodeTask } from "../row/task_record.ts";
import type { Connection } from "./connection.ts";
import { loadShort } from "./listing.ts";
import { COLUMNS_WITHOUT_TEXTS, selectLocked } from "./task_row.ts";
import type { Transaction } from "./transaction.ts";

const STATUSES = new Set(TASK_STATUSES);

/** Behind the columns of a task, of which there are 37. */
const PARENT_COLUMN = 37;

const DEPENDENTS = selectLocked(`${COLUMNS_WITHOUT_TEXTS}, e.parent`, {
  where: "t.num IN (SELECT e.child FROM edges e WHERE e.parent = ANY ($1::bigint[])) " +
    "AND t.status = ANY ($2::text[])",
  join: "JOIN edges e ON e.child = t.num AND e.parent = ANY ($1::bigint[]) " +
    "ORDER BY t.num, e.parent",
});

/** See `StoreWriter.dependentsOf`. */
export async function dependentsOf(
  { connection }: Transaction,
  parents: readonly number[],
  statuses: readonly TaskStatus[],
): Promise<readonly Dependent[]> {
  if (parents.length === 0) return [];
  const rows = await connection.rows(DEPENDENTS, parents, statuses);
  return rows.map((row) => ({ parent: integer(row[PARENT_COLUMN]), child: decodeTask(row) }));
}

/** The children come with the nums of their dependencies, which saves an index on `edges`. */
const DEPENDENCIES = "SELECT c.num, t.num, p.id, p.spec, t.status, t.reason " +
  "FROM task_inputs c CROSS JOIN unnest(c.dep_nums) WITH ORDINALITY d (num, place) " +
  "JOIN tasks t ON t.num = d.num JOIN task_inputs p ON p.num = d.num " +
  "WHERE c.num = ANY ($1::bigint[]) ORDER BY c.num, d.place";

/** See `StoreWriter.dependenciesOf`. */
export async function dependenciesOf(
  { connection }: Transaction,
  children: readonly number[],
): Promise<ReadonlyMap<number, readonly DependencyState[]>> {
  const states = new Map<number, DependencyState[]>(children.map((child) => [child, []]));
  for (const row of await connection.rows(DEPENDENCIES, children)) {
    states.get(integer(row[0]))?.push({
      num: integer(row[1]),
      id: text(row[2]),
      key: decodeSpec(text(row[3])).key,
      status: oneOf(STATUSES, row[4]),
      reason: decodeReason(row[5] ?? null),
    });
  }
  return states;
}

const CHILDREN = "SELECT child FROM edges WHERE parent = $1 AND child > $2 ORDER BY child LIMIT $3";

/** See `DependentReader.listDependents`; `parent` is the num of the task. */
export async function listDependents(
  connection: Connection,
  parent: number,
  { afterNum, limit, textBytes }: Parameters<StoreReader["listDependents"]>[1],
): Promise<DependentPage> {
  const found = (await connection.rows(CHILDREN, parent, afterNum ?? 0, limit + 1))
    .map((row) => ({ num: integer(row[0]) }));
  const children = found.slice(0, limit);
  return {
    tasks: await loadShort(connection, children, textBytes),
    nextAfterNum: found.length > limit ? children.at(-1)?.num ?? null : null,
  };
}
