/** What task code says while it runs. */
import { LIMITS, type LogLine, TASK_STATUSES } from "../../domain/task.ts";
import type { StoreReader, StoreWriter } from "../port.ts";
import type { LogPage } from "../port/logs.ts";
import { integer, oneOf } from "../row/column.ts";
import { decodeLogLine, LOG_COLUMNS } from "../row/log_line.ts";
import type { Connection } from "./connection.ts";
import type { Transaction } from "./transaction.ts";

const STATUSES = new Set(TASK_STATUSES);

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

const LOGS = `SELECT ${LOG_COLUMNS} FROM logs WHERE num = ? AND (run, line) > (?, ?) ` +
  "ORDER BY run, line LIMIT +?";

/** See `LogReader.listLogs`. */
export function listLogs(
  connection: Connection,
  id: string,
  { after, limit }: Parameters<StoreReader["listLogs"]>[1],
): LogPage | null {
  const task = connection.row("SELECT num, status FROM tasks WHERE id = ?", id);
  if (task === undefined) return null;
  const num = integer(task[0]);
  const lines = connection.rows(LOGS, num, after?.run ?? 0, after?.line ?? 0, limit + 1)
    .map(decodeLogLine);
  return {
    num,
    status: oneOf(STATUSES, task[1]),
    lines: lines.slice(0, limit),
    more: lines.length > limit,
  };
}
