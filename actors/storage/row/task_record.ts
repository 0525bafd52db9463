/**
 * A task's record in a row, the same on every backend: whoever selects the columns of `decodeTask` lists
 * them in its order.
 */
import {
  TASK_STATUSES,
  type TaskError,
  type TaskReason,
  type TaskRecord,
} from "../../domain/task.ts";
import {
  type Column,
  integer,
  integerOrNull,
  oneOf,
  type Row,
  text,
  textOrNull,
} from "./column.ts";
import { decodeSpec } from "./spec_text.ts";

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
