/** The history of a task: one row a claim. */
import type { RunOutcomeKind, RunRecord } from "../../domain/task.ts";
import type { NewRun, RunEnd } from "../port.ts";
import { integer, integerOrNull, oneOf, text } from "./column.ts";
import type { Row } from "./connection.ts";
import { decodeError, encodeError } from "./task_row.ts";
import type { Transaction } from "./transaction.ts";

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

/** See `StoreWriter.insertRuns`. */
export function insertRuns({ connection }: Transaction, runs: readonly NewRun[]): void {
  connection.runEach(
    "INSERT INTO runs (num, run, attempt, node, executor, started_at) VALUES (?, ?, ?, ?, ?, ?)",
    runs.map((run) => [run.num, run.run, run.attempt, run.node, run.executor, run.startedAt]),
  );
}

/** See `StoreWriter.finishRuns`. */
export function finishRuns({ connection }: Transaction, ends: readonly RunEnd[]): void {
  connection.runEach(
    "UPDATE runs SET started_at = ?, finished_at = ?, outcome = ?, error = ? " +
      "WHERE num = ? AND run = ? AND finished_at IS NULL",
    ends.map((end) => [
      end.startedAt,
      end.finishedAt,
      end.outcome,
      encodeError(end.error),
      end.num,
      end.run,
    ]),
  );
}
