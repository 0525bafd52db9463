/** A run's record in a row, the same on every backend. */
import type { RunOutcomeKind, RunRecord } from "../../domain/task.ts";
import { integer, integerOrNull, oneOf, type Row, text } from "./column.ts";
import { decodeError } from "./task_record.ts";

/** The columns that `decodeRun` reads. */
export const RUN_COLUMNS = "run, attempt, node, executor, started_at, finished_at, outcome, error";

const OUTCOMES = new Set<RunOutcomeKind>([
  "completed",
  "threw",
  "timeout",
  "cancelled",
  "given_back",
  "crashed",
]);

/** The record in a row of `RUN_COLUMNS`. */
export function decodeRun(row: Row): RunRecord {
  return {
    run: integer(row[0]),
    attempt: integer(row[1]),
    node: text(row[2]),
    executor: text(row[3]),
    startedAt: integer(row[4]),
    finishedAt: integerOrNull(row[5]),
    outcome: row[6] === null ? null : oneOf(OUTCOMES, row[6]),
    error: decodeError(row[7]),
  };
}
