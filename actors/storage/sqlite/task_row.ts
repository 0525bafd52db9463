import type { SQLInputValue } from "node:sqlite";
import {
  TASK_STATUSES,
  type TaskError,
  type TaskReason,
  type TaskRecord,
  type TaskState,
} from "../../domain/task.ts";
import type { NewTask } from "../port.ts";
import { type Column, integer, integerOrNull, oneOf, text, textOrNull } from "./column.ts";
import type { Row } from "./connection.ts";
import { decodeSpec } from "../row/spec_text.ts";
import { plain } from "./text_column.ts";

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

const STATUSES = new Set(TASK_STATUSES);
const REASONS = new Set<TaskReason>([
  "attempts_exhausted",
  "non_retryable",
  "timeout",
  "expired",
  "poison",
  "invalid_input",
  "upstream_failed",
  "upstream_skipped",
  "rule",
  "drain",
  "crash",
  "neighbour",
]);

/** The record in a row of one of the column lists above. */
export function decodeTask(row: Row): TaskRecord {
  const args = textOrNull(row[34]);
  return {
    ...decodeSpec(text(row[32])),
    num: integer(row[0]),
    id: text(row[1]),
    seq: integer(row[2]),
    status: oneOf(STATUSES, row[3]),
    reason: decodeReason(row[4]),
    queue: text(row[5]),
    method: text(row[6]),
    pool: text(row[7]),
    workflowNum: integerOrNull(row[8]),
    concurrencyKey: textOrNull(row[9]),
    run: integer(row[10]),
    attempt: integer(row[11]),
    crashes: integer(row[12]),
    alone: row[13] === 1,
    counts: decodeCounts(row),
    readyOrder: integerOrNull(row[18]),
    readyPool: textOrNull(row[19]),
    readyAt: integerOrNull(row[20]),
    dueAt: integerOrNull(row[21]),
    expiresAt: integerOrNull(row[22]),
    createdAt: integer(row[23]),
    startedAt: integerOrNull(row[24]),
    finishedAt: integerOrNull(row[25]),
    cancelRequestedAt: integerOrNull(row[26]),
    discardedAt: integerOrNull(row[31]),
    node: textOrNull(row[27]),
    executor: textOrNull(row[28]),
    incarnation: textOrNull(row[29]),
    progress: row[30] === null ? null : JSON.parse(text(row[30])),
    error: decodeError(row[33]),
    args: args ?? "[]",
    result: textOrNull(row[35]),
    ...(args === null ? { argsOmitted: true } : {}),
    ...(row[36] === 1 ? { resultOmitted: true } : {}),
  };
}

function decodeCounts(row: Row): TaskRecord["counts"] {
  return {
    total: integer(row[14]),
    succeeded: integer(row[15]),
    failed: integer(row[16]),
    skipped: integer(row[17]),
  };
}

/** Reads a `reason` column. */
export function decodeReason(column: Column): TaskReason | null {
  return column === null ? null : oneOf(REASONS, column);
}

/** Reads an `error` column, which `encodeError` alone writes. */
export function decodeError(column: Column): TaskError | null {
  return column === null ? null : JSON.parse(text(column));
}

/** The text of an `error` column. */
export function encodeError(error: TaskError | null): string | null {
  return error === null ? null : JSON.stringify(error);
}

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
