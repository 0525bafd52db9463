/** What is moved: for each table of PostgreSQL its columns, and where SQLite has them. */
import { TASK_STATUSES } from "../../domain/task.ts";
import { arrayText } from "../postgres/array_text.ts";
import { type Row, text } from "../row/column.ts";
import { TRAFFIC_COLUMNS } from "../row/traffic_row.ts";

/** A value that either database holds. */
export type Cell = string | number | null;

interface MovedColumn {
  readonly name: string;
  readonly type: ColumnType;
  /** SQLite's expression for it; the column of the same name when absent. */
  readonly from?: string;
}

type ColumnType =
  | "bigint"
  | "integer"
  | "smallint"
  | "boolean"
  | "double precision"
  | "text"
  | "array";

/** A table of PostgreSQL, the rows of which are read in order of `keys` on both sides. */
export interface MovedTable {
  readonly name: string;
  readonly keys: readonly MovedColumn[];
  readonly columns: readonly MovedColumn[];
  /** What follows FROM in SQLite. */
  readonly source: string;
  /** Makes PostgreSQL's row of SQLite's, where the expressions can't; gives as many columns. */
  readonly convert?: (row: readonly Cell[]) => readonly Cell[];
}

const columnsOf = (type: ColumnType) => (names: string): readonly MovedColumn[] =>
  names.split(" ").map((name) => ({ name, type }));
const bigint = columnsOf("bigint");
const integer = columnsOf("integer");
const smallint = columnsOf("smallint");
const plain = columnsOf("text");

const ENDED = "status IN ('completed', 'failed', 'cancelled', 'skipped')";

const tasks: MovedTable = {
  name: "tasks",
  keys: bigint("num"),
  columns: [
    { name: "ended", type: "boolean", from: ENDED },
    ...bigint("seq"),
    ...plain("status reason queue method pool"),
    ...bigint("workflow_num"),
    ...plain("concurrency_key"),
    ...integer("run attempt crashes"),
    ...smallint("alone"),
    ...integer("dep_total dep_succeeded dep_failed dep_skipped"),
    ...bigint("ready_order"),
    ...plain("ready_pool"),
    ...bigint("ready_at due_at expires_at created_at started_at finished_at cancel_requested_at"),
    ...bigint("discarded_at"),
    ...plain("node executor incarnation progress unique_hash"),
  ],
  source: "tasks",
};

/** SQLite finds in `spec` what PostgreSQL has in columns of its own. */
const taskInputs: MovedTable = {
  name: "task_inputs",
  keys: bigint("num"),
  columns: [
    ...plain("id"),
    { name: "dep_nums", type: "array", from: "NULL" },
    { name: "labels", type: "array", from: "NULL" },
    ...plain("spec args"),
  ],
  source: "(SELECT i.num, t.id, i.spec, i.args FROM task_inputs i JOIN tasks t ON t.num = i.num)",
  convert: ([num = null, id = null, , , spec = null, args = null]) => {
    const { depNums = [], labels = {} }: LookedFor = JSON.parse(text(spec));
    const pairs = Object.entries(labels).map((pair) => JSON.stringify(pair));
    return [num, id, arrayText(depNums), arrayText(pairs), spec, args];
  },
};

/** What of a stored specification PostgreSQL looks for; absent is what says nothing. */
interface LookedFor {
  readonly depNums?: readonly number[];
  readonly labels?: Readonly<Record<string, string>>;
}

/** One column a status, where SQLite has a row for each. */
function countsFrom(counts: string): readonly MovedColumn[] {
  return TASK_STATUSES.map((status) => ({
    name: status,
    type: "bigint",
    from: `coalesce((SELECT count FROM ${counts} AND c.status = '${status}'), 0)`,
  }));
}

/** The slot that takes over what SQLite counted: of what the nodes count only the sum is looked at. */
const SLOT: MovedColumn = { name: "slot", type: "integer", from: "0" };

/** Every table that is moved, in the order in which that happens. */
export const MOVED_TABLES: readonly MovedTable[] = [
  tasks,
  taskInputs,
  {
    name: "task_outcomes",
    keys: bigint("num"),
    columns: plain("error result"),
    source: "task_outcomes",
  },
  { name: "edges", keys: bigint("parent child"), columns: [], source: "edges" },
  {
    name: "runs",
    keys: [...bigint("num"), ...integer("run")],
    columns: [
      ...integer("attempt"),
      ...plain("node executor"),
      ...bigint("started_at finished_at"),
      ...plain("outcome error"),
    ],
    source: "runs",
  },
  {
    name: "logs",
    keys: [...bigint("num"), ...integer("run line")],
    columns: [...bigint("at"), ...plain("level body")],
    source: "logs",
  },
  {
    name: "workflows",
    keys: bigint("num"),
    columns: [...plain("id name status content_hash"), ...bigint("created_at finished_at")],
    source: "workflows",
  },
  {
    name: "workflow_counts",
    keys: bigint("num"),
    columns: countsFrom("workflow_counts c WHERE c.num = s.num"),
    source: "workflows",
  },
  {
    name: "depths",
    keys: [SLOT, ...plain("queue")],
    columns: countsFrom("depths c WHERE c.queue = s.queue"),
    source: "(SELECT DISTINCT queue FROM depths)",
  },
  {
    name: "dead_letter_counts",
    keys: [SLOT, ...plain("queue reason")],
    columns: bigint("count"),
    source: "dead_letter_counts",
  },
  {
    name: "queues",
    keys: plain("name"),
    columns: [
      ...integer("concurrency rate_limit"),
      ...bigint("rate_per_ms"),
      ...integer("weight key_concurrency"),
      ...smallint("paused"),
    ],
    source: "queues",
  },
  {
    name: "queue_rates",
    keys: plain("queue"),
    columns: [{ name: "tokens", type: "double precision" }, ...bigint("at")],
    source: "queue_rates",
  },
  {
    name: "idempotency",
    keys: plain("key"),
    columns: [...plain("content_hash id"), ...bigint("expires_at")],
    source: "idempotency",
  },
  {
    name: "schedules",
    keys: plain("name"),
    columns: [
      ...plain("spec"),
      ...smallint("paused"),
      ...bigint("decided_until buffered_at fired missed skipped refused last_fired_at"),
      ...plain("last_started"),
      ...bigint("created_at updated_at"),
    ],
    source: "schedules",
  },
  {
    name: "schedule_ticks",
    keys: [...plain("schedule"), ...bigint("nominal_at")],
    columns: [...plain("outcome"), ...bigint("decided_at"), ...plain("started error")],
    source: "schedule_ticks",
  },
  {
    name: "traffic",
    keys: [...bigint("period"), SLOT],
    columns: bigint(TRAFFIC_COLUMNS.join(" ")),
    source: "traffic",
  },
  { name: "tombstones", keys: bigint("seq"), columns: plain("id"), source: "tombstones" },
];

/** All columns, those of the key first. */
function allColumns({ keys, columns }: MovedTable): readonly MovedColumn[] {
  return [...keys, ...columns];
}

/** Reads SQLite's rows in order; takes the key after which it begins, unless that is the first. */
export function sourceQuery(
  table: MovedTable,
  { fromStart }: { readonly fromStart: boolean },
): string {
  const expressions = table.keys.map(({ name, from = `s.${name}` }) => from);
  const selected = allColumns(table).map(({ name, from = `s.${name}` }) => from);
  const after = `WHERE (${expressions.join(", ")}) > (${expressions.map(() => "?").join(", ")}) `;
  return `SELECT ${selected.join(", ")} FROM ${table.source} s ${fromStart ? "" : after}` +
    `ORDER BY ${table.keys.map((_, index) => index + 1).join(", ")}`;
}

/** SQLite's row as PostgreSQL is to have it. */
export function convertRow(table: MovedTable, row: Row): readonly Cell[] {
  const cells = row.map(cell);
  return table.convert === undefined ? cells : table.convert(cells);
}

/** Inserts rows into PostgreSQL; takes one array a column. */
export function insertStatement(table: MovedTable): string {
  const columns = allColumns(table);
  const names = columns.map(({ name }) => name).join(", ");
  // Arrays of arrays have to be of one length: those go as texts.
  const given = columns.map(({ type }, index) =>
    `$${index + 1}::${type === "array" ? "text" : type}[]`
  );
  const arrayType = (name: string) => name === "labels" ? "text[]" : "bigint[]";
  const taken = columns.map(({ name, type }) =>
    type === "array" ? `u.${name}::${arrayType(name)}` : `u.${name}`
  );
  return `INSERT INTO ${table.name} (${names}) SELECT ${taken.join(", ")} ` +
    `FROM unnest(${given.join(", ")}) u (${names})`;
}

/** Reads PostgreSQL's rows in order, as `convertRow` gives them; takes a key to begin after, and a limit. */
export function targetQuery(
  table: MovedTable,
  { fromStart }: { readonly fromStart: boolean },
): string {
  const { keys, name } = table;
  const selected = allColumns(table).map(({ name, type }) => {
    if (type === "boolean") return `${name}::integer`;
    return type === "array" ? `${name}::text` : name;
  });
  const names = keys.map(({ name }) => name).join(", ");
  const given = keys.map(({ type }, index) => `$${index + 1}::${type}`).join(", ");
  const after = `WHERE (${names}) > (${given}) `;
  const limit = fromStart ? 1 : keys.length + 1;
  return `SELECT ${selected.join(", ")} FROM ${name} ${fromStart ? "" : after}` +
    `ORDER BY ${names} LIMIT $${limit}`;
}

/** The key of a row. */
export function keyOf({ keys }: MovedTable, row: readonly Cell[]): readonly Cell[] {
  return row.slice(0, keys.length);
}

/** Asserts that a database gave a value that can be moved. */
export function cell(value: unknown): Cell {
  if (typeof value === "string" || typeof value === "number" || value === null) return value;
  throw new Error(`the database holds ${typeof value} where text or a number is expected`);
}
