/** What task code says while it runs. */
import { LIMITS, type LogLine } from "../../domain/task.ts";
import type { StoreWriter } from "../port.ts";
import { integer } from "../row/column.ts";
import type { Transaction } from "./transaction.ts";

/** See `StoreWriter.appendLogs`. */
export function appendLogs(tx: Transaction, items: Parameters<StoreWriter["appendLogs"]>[0]): void {
  for (const { num, lines } of items) {
    for (const [run, linesOfRun] of Map.groupBy(lines, (line) => line.run)) {
      appendToRun(tx, { num, run, lines: linesOfRun });
    }
  }
}

function appendToRun(
  { connection }: Transaction,
  { num, run, lines }: {
    readonly num: number;
    readonly run: number;
    readonly lines: readonly LogLine[];
  },
): void {
  const row = connection.row(
    "SELECT ifnull(max(line), 0) FROM logs WHERE num = ? AND run = ?",
    num,
    run,
  );
  const last = integer(row?.[0]);
  connection.runEach(
    "INSERT INTO logs (num, run, line, at, level, body) VALUES (?, ?, ?, ?, ?, ?)",
    lines.slice(0, Math.max(0, LIMITS.logLinesPerRun - last)).map((line, index) => [
      num,
      run,
      last + index + 1,
      line.at,
      line.level,
      JSON.stringify({ message: line.message, fields: line.fields }),
    ]),
  );
}
