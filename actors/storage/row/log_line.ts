/** Log lines as both databases keep them. */
import type { LogLevel, LogLine, StoredLogLine } from "../../domain/task.ts";
import { integer, oneOf, type Row, text } from "./column.ts";

const LEVELS = new Set<LogLevel>(["debug", "info", "warn", "error"]);

/** The columns that `decodeLogLine` reads. */
export const LOG_COLUMNS = "run, line, at, level, body";

/** A line as it was written. */
export function decodeLogLine(row: Row): StoredLogLine {
  const body: Pick<LogLine, "message" | "fields"> = JSON.parse(text(row[4]));
  return {
    run: integer(row[0]),
    line: integer(row[1]),
    at: integer(row[2]),
    level: oneOf(LEVELS, row[3]),
    message: body.message,
    fields: body.fields,
  };
}
