/** How tasks stand in the tables: which columns are read for a record, and which are written. */
import type { TaskState } from "../../domain/task.ts";
import { isEnded } from "../../domain/task_state.ts";
import type { NewTask } from "../port.ts";
import { encodeSpec } from "../row/spec_text.ts";
import { plain } from "../row/text_column.ts";
import type { Value } from "./connection.ts";

/** Every table of which a task record consists, joined to rows `t` of `tasks`. */
export const WITH_TEXTS_OF = "JOIN task_inputs i ON i.num = t.num " +
  "LEFT JOIN task_outcomes o ON o.num = t.num";
export const TASK_TABLES = `tasks t ${WITH_TEXTS_OF}`;

/** The columns that `decodeTask` reads, but for the texts that follow them. */
const COLUMNS = "t.num, i.id, t.seq, t.status, t.reason, t.queue, t.method, t.pool, " +
  "t.workflow_num, t.concurrency_key, t.run, t.attempt, t.crashes, t.alone, t.dep_total, " +
  "t.dep_succeeded, t.dep_failed, t.dep_skipped, t.ready_order, t.ready_pool, t.ready_at, " +
  "t.due_at, t.expires_at, t.created_at, t.started_at, t.finished_at, t.cancel_requested_at, " +
  "t.node, t.executor, t.incarnation, t.progress, t.discarded_at, i.spec, o.error";

/** Which of the texts without a small limit a query brings along. */
export const COLUMNS_WITHOUT_TEXTS = `${COLUMNS}, '[]', NULL::text, 0`;
export const COLUMNS_WITH_ARGS = `${COLUMNS}, i.args, NULL::text, 0`;
export const COLUMNS_WITH_TEXTS = `${COLUMNS}, i.args, o.result, 0`;
/** Takes the limit in bytes as its parameter $1. */
export const COLUMNS_WITH_SHORT_TEXTS =
  `${COLUMNS}, CASE WHEN octet_length(i.args) <= $1::integer THEN i.args END, ` +
  "CASE WHEN octet_length(o.result) <= $1::integer THEN o.result END, " +
  "coalesce((octet_length(o.result) > $1::integer)::integer, 0)";

/**
 * A select of tasks that locks them, in order of their nums. `where` is on `tasks t`; what it finds is
 * read from the locked rows, not from the snapshot of before the wait. `join` goes on from there.
 */
export function selectLocked(
  columns: string,
  { where, join = "" }: { readonly where: string; readonly join?: string },
): string {
  return `SELECT ${columns} FROM (SELECT t.* FROM tasks t WHERE ${where} ORDER BY t.num FOR UPDATE) t ` +
    `${WITH_TEXTS_OF} ${join}`;
}

/** A column that is written from `T`. */
interface WrittenColumn<T> {
  readonly name: string;
  readonly type: "bigint" | "integer" | "text";
  readonly of: (source: T) => string | number | null;
}

/** What changes over a task's life, but for its stamp. */
const STATE_COLUMNS: readonly WrittenColumn<TaskState>[] = [
  { name: "status", type: "text", of: ({ status }) => status },
  { name: "reason", type: "text", of: ({ reason }) => reason },
  { name: "run", type: "integer", of: ({ run }) => run },
  { name: "attempt", type: "integer", of: ({ attempt }) => attempt },
  { name: "crashes", type: "integer", of: ({ crashes }) => crashes },
  { name: "alone", type: "integer", of: ({ alone }) => alone ? 1 : 0 },
  { name: "dep_total", type: "integer", of: ({ counts }) => counts.total },
  { name: "dep_succeeded", type: "integer", of: ({ counts }) => counts.succeeded },
  { name: "dep_failed", type: "integer", of: ({ counts }) => counts.failed },
  { name: "dep_skipped", type: "integer", of: ({ counts }) => counts.skipped },
  { name: "ready_order", type: "bigint", of: ({ readyOrder }) => readyOrder },
  { name: "ready_pool", type: "text", of: ({ readyPool }) => readyPool },
  { name: "ready_at", type: "bigint", of: ({ readyAt }) => readyAt },
  { name: "due_at", type: "bigint", of: ({ dueAt }) => dueAt },
  { name: "started_at", type: "bigint", of: ({ startedAt }) => startedAt },
  { name: "finished_at", type: "bigint", of: ({ finishedAt }) => finishedAt },
  { name: "cancel_requested_at", type: "bigint", of: (state) => state.cancelRequestedAt },
  { name: "discarded_at", type: "bigint", of: ({ discardedAt }) => discardedAt },
  { name: "node", type: "text", of: ({ node }) => node },
  { name: "executor", type: "text", of: ({ executor }) => executor },
  { name: "incarnation", type: "text", of: ({ incarnation }) => incarnation },
  {
    name: "progress",
    type: "text",
    of: ({ progress }) => progress === null ? null : JSON.stringify(progress),
  },
];

/** What a new task has besides its state and its stamp. */
const NEW_COLUMNS: readonly WrittenColumn<NewTask>[] = [
  { name: "num", type: "bigint", of: ({ num }) => num },
  { name: "queue", type: "text", of: ({ queue }) => plain(queue, "the task's queue") },
  { name: "method", type: "text", of: ({ method }) => plain(method, "the task's method") },
  { name: "pool", type: "text", of: ({ pool }) => pool },
  { name: "workflow_num", type: "bigint", of: ({ workflowNum }) => workflowNum },
  {
    name: "concurrency_key",
    type: "text",
    of: ({ concurrencyKey: key }) => key === null ? null : plain(key, "the concurrency key"),
  },
  { name: "expires_at", type: "bigint", of: ({ expiresAt }) => expiresAt },
  { name: "created_at", type: "bigint", of: ({ createdAt }) => createdAt },
  { name: "unique_hash", type: "text", of: ({ uniqueHash }) => uniqueHash ?? null },
];

const INSERTED = [...NEW_COLUMNS, ...STATE_COLUMNS];

/** `$4::bigint[], …` for columns whose first is parameter `first`. */
function arrays(columns: readonly WrittenColumn<never>[], first: number): string {
  return columns.map(({ type }, index) => `$${first + index}::${type}[]`).join(", ");
}

function names(columns: readonly WrittenColumn<never>[]): string {
  return columns.map(({ name }) => name).join(", ");
}

/** The values of each column, one array a parameter. */
function valuesOf<T>(columns: readonly WrittenColumn<T>[], sources: readonly T[]): Value[] {
  return columns.map(({ of }) => sources.map(of));
}

const ENDED = "u.status IN ('completed', 'failed', 'cancelled', 'skipped')";

/** Inserts rows of `tasks`; takes what `insertValues` gives. */
export const INSERT_TASKS =
  `INSERT INTO tasks (ended, seq, ${names(INSERTED)}) SELECT ${ENDED}, u.* ` +
  `FROM unnest($1::bigint[], ${arrays(INSERTED, 2)}) u (seq, ${names(INSERTED)})`;

/** The parameters of `INSERT_TASKS`. */
export function insertValues(tasks: readonly NewTask[], seqs: readonly number[]): Value[] {
  return [seqs, ...valuesOf(NEW_COLUMNS, tasks), ...valuesOf(STATE_COLUMNS, tasks)];
}

/** Inserts rows of `task_inputs`; takes what `inputValues` gives. */
export const INSERT_INPUTS = "INSERT INTO task_inputs (num, id, spec, args, dep_nums, labels) " +
  "SELECT u.num, u.id, u.spec, u.args, u.dep_nums::bigint[], u.labels::text[] " +
  "FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[]) " +
  "u (num, id, spec, args, dep_nums, labels)";

/** The parameters of `INSERT_INPUTS`. Arrays in an array have to be of one length: those go as texts. */
export function inputValues(
  tasks: readonly NewTask[],
  arrayText: (values: readonly (string | number)[]) => string,
): Value[] {
  return [
    tasks.map(({ num }) => num),
    tasks.map(({ id }) => plain(id, "the task's id")),
    tasks.map(encodeSpec),
    tasks.map(({ args }) => args),
    tasks.map(({ depNums }) => arrayText(depNums)),
    tasks.map(({ labels }) =>
      arrayText(Object.entries(labels).map((pair) => JSON.stringify(pair)))
    ),
  ];
}

/**
 * Changes the state of rows that have the status and run that the change came from; takes what
 * `updateValues` gives. Rows are looked for in one partition alone, which is why there are two.
 */
const updateTasks = (ended: boolean) =>
  `UPDATE tasks t SET ended = ${ENDED}, seq = u.seq, ` +
  STATE_COLUMNS.map(({ name }) => `${name} = u.${name}`).join(", ") +
  ` FROM unnest($1::bigint[], $2::text[], $3::integer[], $4::bigint[], ` +
  `${arrays(STATE_COLUMNS, 5)}) u (num, old_status, old_run, seq, ${names(STATE_COLUMNS)}) ` +
  `WHERE t.ended = ${ended} AND t.num = u.num AND t.status = u.old_status AND t.run = u.old_run`;
export const UPDATE_LIVE = updateTasks(false);
export const UPDATE_ENDED = updateTasks(true);

/** A change with its stamp. */
export interface StampedChange {
  readonly before: {
    readonly num: number;
    readonly status: TaskState["status"];
    readonly run: number;
  };
  readonly after: TaskState;
  readonly seq: number;
}

/** The parameters of `UPDATE_LIVE` and `UPDATE_ENDED`. */
export function updateValues(changes: readonly StampedChange[]): Value[] {
  return [
    changes.map(({ before }) => before.num),
    changes.map(({ before }) => before.status),
    changes.map(({ before }) => before.run),
    changes.map(({ seq }) => seq),
    ...valuesOf(STATE_COLUMNS, changes.map(({ after }) => after)),
  ];
}

/** Where a change finds its row. */
export function isFromLive({ before }: StampedChange): boolean {
  return !isEnded(before.status);
}
