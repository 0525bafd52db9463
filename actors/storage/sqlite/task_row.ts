import type { SQLInputValue } from "node:sqlite";
import type { TaskState } from "../../domain/task.ts";
import type { NewTask } from "../port.ts";
import { plain } from "../row/text_column.ts";

export { decodeError, decodeReason, decodeTask, encodeError } from "../row/task_record.ts";

/** Every table of which a task record consists. */
export const TASK_TABLES = "tasks t JOIN task_inputs i ON i.num = t.num " +
  "LEFT JOIN task_outcomes o ON o.num = t.num";

/** The columns that `decodeTask` reads, but for the texts that follow them. */
const COLUMNS = "t.num, t.id, t.seq, t.status, t.reason, t.queue, t.method, t.pool, " +
  "t.workflow_num, t.concurrency_key, t.run, t.attempt, t.crashes, t.alone, t.dep_total, " +
  "t.dep_succeeded, t.dep_failed, t.dep_skipped, t.ready_order, t.ready_pool, t.ready_at, " +
  "t.due_at, t.expires_at, t.created_at, t.started_at, t.finished_at, t.cancel_requested_at, " +
  "t.node, t.executor, t.incarnation, t.progress, t.discarded_at, i.spec, o.error";

/** Which of the texts without a small limit a query brings along. */
export const COLUMNS_WITHOUT_TEXTS = `${COLUMNS}, '[]', NULL, 0`;
export const COLUMNS_WITH_ARGS = `${COLUMNS}, i.args, NULL, 0`;
export const COLUMNS_WITH_TEXTS = `${COLUMNS}, i.args, o.result, 0`;
/** Takes the limit in bytes as its first three parameters. */
export const COLUMNS_WITH_SHORT_TEXTS =
  `${COLUMNS}, iif(octet_length(i.args) <= ?, i.args, NULL), ` +
  "iif(octet_length(o.result) <= ?, o.result, NULL), ifnull(octet_length(o.result) > ?, 0)";

/** Inserts a row of `tasks`; takes what `insertValues` gives. */
export const INSERT_TASK = "INSERT INTO tasks (num, id, seq, queue, method, pool, workflow_num, " +
  "concurrency_key, expires_at, created_at, status, reason, run, attempt, crashes, alone, " +
  "dep_total, dep_succeeded, dep_failed, dep_skipped, ready_order, ready_pool, ready_at, due_at, " +
  "started_at, finished_at, cancel_requested_at, node, executor, incarnation, progress, " +
  `discarded_at, unique_hash) VALUES (${Array(33).fill("?").join(", ")})`;

/** The parameters of `INSERT_TASK`. */
export function insertValues(task: NewTask, seq: number): SQLInputValue[] {
  return [
    task.num,
    plain(task.id, "the task's id"),
    seq,
    plain(task.queue, "the task's queue"),
    plain(task.method, "the task's method"),
    task.pool,
    task.workflowNum,
    task.concurrencyKey === null ? null : plain(task.concurrencyKey, "the concurrency key"),
    task.expiresAt,
    task.createdAt,
    ...stateValues(task),
    task.uniqueHash ?? null,
  ];
}

/**
 * Changes the state of a row where it still has the status and run that the change came from; takes
 * the stamp, `stateValues`, and that num, status and run.
 */
export const UPDATE_TASK = "UPDATE tasks SET seq = ?, status = ?, reason = ?, run = ?, " +
  "attempt = ?, crashes = ?, alone = ?, dep_total = ?, dep_succeeded = ?, dep_failed = ?, " +
  "dep_skipped = ?, ready_order = ?, ready_pool = ?, ready_at = ?, due_at = ?, started_at = ?, " +
  "finished_at = ?, cancel_requested_at = ?, node = ?, executor = ?, incarnation = ?, " +
  "progress = ?, discarded_at = ? WHERE num = ? AND status = ? AND run = ?";

/** The state's columns from `status` on, in the order of both statements above. */
export function stateValues(state: TaskState): SQLInputValue[] {
  return [
    state.status,
    state.reason,
    state.run,
    state.attempt,
    state.crashes,
    state.alone ? 1 : 0,
    state.counts.total,
    state.counts.succeeded,
    state.counts.failed,
    state.counts.skipped,
    state.readyOrder,
    state.readyPool,
    state.readyAt,
    state.dueAt,
    state.startedAt,
    state.finishedAt,
    state.cancelRequestedAt,
    state.node,
    state.executor,
    state.incarnation,
    state.progress === null ? null : JSON.stringify(state.progress),
    state.discardedAt,
  ];
}
