/** What task code says while it runs. */
import { LIMITS, type LogLine, TASK_STATUSES } from "../../domain/task.ts";
import type { StoreReader, StoreWriter } from "../port.ts";
import type { LogPage } from "../port/logs.ts";
import { integer, oneOf } from "../row/column.ts";
import { decodeLogLine, LOG_COLUMNS } from "../row/log_line.ts";
import type { Connection } from "./connection.ts";
import type { Transaction } from "./transaction.ts";

const STATUSES = new Set(TASK_STATUSES);

/** The lines of one run, in order. */
interface RunLines {
  readonly num: number;
  readonly run: number;
  readonly lines: LogLine[];
}

const LAST_LINES = "SELECT u.place, coalesce((SELECT max(l.line) FROM logs l " +
  "WHERE l.num = u.num AND l.run = u.run), 0) " +
  "FROM unnest($1::bigint[], $2::integer[]) WITH ORDINALITY u (num, run, place)";

const INSERT = "INSERT INTO logs (num, run, line, at, level, body) SELECT * FROM " +
  "unnest($1::bigint[], $2::integer[], $3::integer[], $4::bigint[], $5::text[], $6::text[])";

/** See `StoreWriter.appendLogs`. */
export async function appendLogs(
  { connection }: Transaction,
  items: Parameters<StoreWriter["appendLogs"]>[0],
): Promise<void> {
  const runs = linesByRun(items);
  if (runs.length === 0) return;
  const last = new Map(
    (await connection.rows(
      LAST_LINES,
      runs.map(({ num }) => num),
      runs.map(({ run }) => run),
    )).map((row) => [integer(row[0]) - 1, integer(row[1])]),
  );
  const rows = runs.flatMap(({ num, run, lines }, place) => {
    const before = last.get(place) ?? 0;
    return lines.slice(0, Math.max(0, LIMITS.logLinesPerRun - before)).map((line, index) => ({
      ...{ num, run, line: before + index + 1, at: line.at, level: line.level },
      body: JSON.stringify({ message: line.message, fields: line.fields }),
    }));
  });
  if (rows.length === 0) return;
  await connection.run(
    INSERT,
    rows.map(({ num }) => num),
    rows.map(({ run }) => run),
    rows.map(({ line }) => line),
    rows.map(({ at }) => at),
    rows.map(({ level }) => level),
    rows.map(({ body }) => body),
  );
}

function linesByRun(items: Parameters<StoreWriter["appendLogs"]>[0]): readonly RunLines[] {
  const runs = new Map<string, RunLines>();
  for (const { num, lines } of items) {
    for (const line of lines) {
      const place = `${num} ${line.run}`;
      const known = runs.get(place);
      if (known === undefined) runs.set(place, { num, run: line.run, lines: [line] });
      else known.lines.push(line);
    }
  }
  return [...runs.values()];
}

const TASK = "SELECT i.num, t.status FROM task_inputs i JOIN tasks t ON t.num = i.num " +
  "WHERE i.id = $1";
const LOGS = `SELECT ${LOG_COLUMNS} FROM logs WHERE num = $1 ` +
  "AND (run, line) > ($2::integer, $3::integer) ORDER BY run, line LIMIT $4";

/** See `LogReader.listLogs`. */
export async function listLogs(
  connection: Connection,
  id: string,
  { after, limit }: Parameters<StoreReader["listLogs"]>[1],
): Promise<LogPage | null> {
  const task = await connection.row(TASK, id);
  if (task === undefined) return null;
  const num = integer(task[0]);
  const rows = await connection.rows(LOGS, num, after?.run ?? 0, after?.line ?? 0, limit + 1);
  return {
    num,
    status: oneOf(STATUSES, task[1]),
    lines: rows.slice(0, limit).map(decodeLogLine),
    more: rows.length > limit,
  };
}
