/** A run's record in a row, the same on every backend. */
import type { RunOutcomeKind, RunRecord } from "../../domain/task.ts";
import type { PlacedRun } from "../port/workflows.ts";
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

/** The columns that `decodePlacedRun` reads, of a run `r`; the id of its task goes before them. */
export const PLACED_RUN_COLUMNS =
  "r.num, r.run, r.attempt, r.node, r.started_at, r.finished_at, r.outcome";

/** The record in a row of a task's id and `PLACED_RUN_COLUMNS`. */
export function decodePlacedRun(row: Row): PlacedRun {
  return {
    taskId: text(row[0]),
    taskNum: integer(row[1]),
    run: integer(row[2]),
    attempt: integer(row[3]),
    node: text(row[4]),
    startedAt: integer(row[5]),
    finishedAt: integerOrNull(row[6]),
    outcome: row[7] === null ? null : oneOf(OUTCOMES, row[7]),
  };
}
