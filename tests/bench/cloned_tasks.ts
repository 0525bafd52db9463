/** Multiplies what a node has stored, row by row in SQL: a store of a million tasks in a minute. */
import { DatabaseSync } from "node:sqlite";
import { databaseFiles } from "../support/stored_rows.ts";

/** So many more of one task. */
export interface Clones {
  /** The id of the task to clone; its clones are called `ID-1`, `ID-2` …. */
  readonly id: string;
  readonly count: number;
}

const CHUNK = 50_000;

/** Clones ended or waiting tasks without dependencies in the data folder of a node that is stopped. */
export function cloneTasks(dataDir: string, clones: readonly Clones[]): void {
  const [file] = databaseFiles(dataDir);
  const database = new DatabaseSync(file ?? "");
  database.exec("PRAGMA synchronous = OFF; PRAGMA cache_size = -400000");
  for (const { id, count } of clones) {
    for (let from = 1; from <= count; from += CHUNK) {
      cloneTask(database, id, [from, Math.min(count, from + CHUNK - 1)]);
    }
  }
  database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  database.close();
}

function cloneTask(
  database: DatabaseSync,
  id: string,
  [from, to]: readonly [from: number, to: number],
): void {
  const task = database.prepare("SELECT num FROM tasks WHERE id = ?").get(id);
  const last = database.prepare("SELECT task_num, seq FROM counters").get();
  const [num, lastNum, lastSeq] = [task?.["num"], last?.["task_num"], last?.["seq"]].map(Number);
  const count = to - from + 1;
  const offset = `${lastNum} + n - ${from} + 1`;
  const series = `WITH RECURSIVE s (n) AS (SELECT ${from} UNION ALL SELECT n + 1 FROM s ` +
    `WHERE n < ${to}) INSERT INTO`;
  const copy = (table: string, changed: Readonly<Record<string, string>>) => {
    const columns = database.prepare(`SELECT name FROM pragma_table_info(?)`).all(table)
      .map(({ name }) => String(name));
    const values = columns.map((column) => changed[column] ?? `t."${column}"`);
    database.exec(`${series} ${table} SELECT ${values} FROM ${table} t, s WHERE t.num = ${num}`);
  };
  database.exec("BEGIN");
  copy("tasks", { num: offset, id: "t.id || '-' || n", seq: `${lastSeq} + n - ${from} + 1` });
  for (const table of ["task_inputs", "task_outcomes", "runs", "logs"]) {
    copy(table, { num: offset });
  }
  database.exec(
    `UPDATE counters SET task_num = task_num + ${count}, seq = seq + ${count};
    UPDATE depths SET count = count + ${count}
      WHERE (queue, status) = (SELECT queue, status FROM tasks WHERE num = ${num});
    UPDATE dead_letter_counts SET count = count + ${count}
      WHERE (queue, reason) = (SELECT queue, reason FROM tasks WHERE num = ${num})`,
  );
  database.exec("COMMIT");
}
