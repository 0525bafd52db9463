/** The history of a task: one row a claim. */
import type { NewRun, RunEnd } from "../port.ts";
import { encodeError } from "./task_row.ts";
import type { Transaction } from "./transaction.ts";

export { decodeRun, RUN_COLUMNS } from "../row/run_record.ts";

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
