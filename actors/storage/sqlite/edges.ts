/** The graph: who waits for whom. */
import { TASK_STATUSES, type TaskStatus } from "../../domain/task.ts";
import type { DependencyState, Dependent, StoreReader } from "../port.ts";
import type { DependentPage } from "../port/dependents.ts";
import { integer, oneOf, text, textOrNull } from "../row/column.ts";
import type { Connection } from "./connection.ts";
import {
  COLUMNS_WITH_SHORT_TEXTS,
  COLUMNS_WITHOUT_TEXTS,
  decodeReason,
  decodeTask,
  TASK_TABLES,
} from "./task_row.ts";
import type { Transaction } from "./transaction.ts";

const STATUSES = new Set(TASK_STATUSES);

/** Behind the columns of a task, of which there are 37. */
const PARENT_COLUMN = 37;

const DEPENDENTS = `SELECT ${COLUMNS_WITHOUT_TEXTS}, e.parent FROM json_each(?) j ` +
  `CROSS JOIN edges e CROSS JOIN ${TASK_TABLES} ` +
  "WHERE e.parent = j.value AND t.num = e.child " +
  "AND t.status IN (SELECT value FROM json_each(?)) ORDER BY e.child, e.parent";

/** See `StoreWriter.dependentsOf`. */
export function dependentsOf(
  { connection }: Transaction,
  parents: readonly number[],
  statuses: readonly TaskStatus[],
): readonly Dependent[] {
  return connection.rows(DEPENDENTS, JSON.stringify(parents), JSON.stringify(statuses))
    .map((row) => ({ parent: integer(row[PARENT_COLUMN]), child: decodeTask(row) }));
}

/** The children come with the nums of their dependencies, which saves an index on `edges`. */
const DEPENDENCIES =
  "SELECT c.num, t.num, t.id, json_extract(p.spec, '$.key'), t.status, t.reason " +
  "FROM json_each(?) j CROSS JOIN task_inputs c CROSS JOIN json_each(c.spec, '$.depNums') d " +
  "CROSS JOIN tasks t CROSS JOIN task_inputs p " +
  "WHERE c.num = j.value AND t.num = d.value AND p.num = t.num";

/** See `StoreWriter.dependenciesOf`. */
export function dependenciesOf(
  { connection }: Transaction,
  children: readonly number[],
): ReadonlyMap<number, readonly DependencyState[]> {
  const states = new Map<number, DependencyState[]>(children.map((child) => [child, []]));
  for (const row of connection.rows(DEPENDENCIES, JSON.stringify(children))) {
    states.get(integer(row[0]))?.push({
      num: integer(row[1]),
      id: text(row[2]),
      key: textOrNull(row[3] ?? null),
      status: oneOf(STATUSES, row[4]),
      reason: decodeReason(row[5]),
    });
  }
  return states;
}

const CHILDREN = "SELECT child FROM edges WHERE parent = ? AND child > ? ORDER BY child LIMIT +?";
const SHORT = `SELECT ${COLUMNS_WITH_SHORT_TEXTS} FROM json_each(?) j CROSS JOIN ${TASK_TABLES} ` +
  "WHERE t.num = j.value ORDER BY t.num";

/** See `DependentReader.listDependents`. */
export function listDependents(
  connection: Connection,
  id: string,
  { afterNum, limit, textBytes }: Parameters<StoreReader["listDependents"]>[1],
): DependentPage | null {
  const parent = connection.row("SELECT num FROM tasks WHERE id = ?", id);
  if (parent === undefined) return null;
  const found = connection.rows(CHILDREN, integer(parent[0]), afterNum ?? 0, limit + 1)
    .map((row) => integer(row[0]));
  const nums = found.slice(0, limit);
  const tasks = connection.rows(SHORT, textBytes, textBytes, textBytes, JSON.stringify(nums));
  return {
    tasks: tasks.map(decodeTask),
    nextAfterNum: found.length > limit ? nums.at(-1) ?? null : null,
  };
}
