/** Tasks: inserting, changing, looking up and deleting them. */
import type { TaskRecord } from "../../domain/task.ts";
import type { NewTask, StoreWriter, TaskChange } from "../port.ts";
import { integer, text } from "../row/column.ts";
import { encodeSpec } from "../row/spec_text.ts";
import {
  COLUMNS_WITH_TEXTS,
  COLUMNS_WITHOUT_TEXTS,
  decodeTask,
  encodeError,
  INSERT_TASK,
  insertValues,
  stateValues,
  TASK_TABLES,
  UPDATE_TASK,
} from "./task_row.ts";
import { keepInLine } from "./key_lines.ts";
import type { Transaction } from "./transaction.ts";

const FIND = `SELECT ${COLUMNS_WITHOUT_TEXTS} FROM json_each(?) j ` +
  `CROSS JOIN ${TASK_TABLES} WHERE t.id = j.value`;
const LOAD = `SELECT ${COLUMNS_WITHOUT_TEXTS} FROM json_each(?) j ` +
  `CROSS JOIN ${TASK_TABLES} WHERE t.num = j.value`;
const LOAD_WITH_TEXTS = `SELECT ${COLUMNS_WITH_TEXTS} FROM json_each(?) j ` +
  `CROSS JOIN ${TASK_TABLES} WHERE t.num = j.value`;

/** See `StoreWriter.insertTasks`. */
export function insertTasks(tx: Transaction, tasks: readonly NewTask[]): readonly number[] {
  const { connection, counters } = tx;
  const seqs = tasks.map(() => counters.nextSeq());
  const inLine = tasks.filter(({ concurrencyKey, status }) =>
    concurrencyKey !== null && status === "pending"
  );
  keepInLine(connection, inLine.map(({ num }) => num), () => {
    const values = tasks.map((task, index) => insertValues(task, seqs[index] ?? 0));
    connection.runEach(INSERT_TASK, values);
  });
  connection.runEach(
    "INSERT INTO task_inputs (num, spec, args) VALUES (?, ?, ?)",
    tasks.map((task) => [task.num, encodeSpec(task), task.args]),
  );
  connection.runEach(
    "INSERT INTO edges (parent, child) VALUES (?, ?)",
    tasks.flatMap((task) => task.depNums.map((parent) => [parent, task.num])),
  );
  writeOutcomes(tx, tasks.filter((task) => task.result !== null || task.error !== null));
  for (const task of tasks) {
    counters.count(task, null, task.status);
    counters.countDeadLetter(task.queue, null, task);
  }
  return seqs;
}

/** See `StoreWriter.updateTasks`. */
export function updateTasks(tx: Transaction, changes: readonly TaskChange[]): readonly number[] {
  const { connection } = tx;
  const inLine = changes.filter(({ before: { concurrencyKey, status }, after }) =>
    concurrencyKey !== null && (status === "pending" || after.status === "pending")
  );
  const seqs = keepInLine(
    connection,
    inLine.map(({ before }) => before.num),
    () => changes.map((change) => updateState(tx, change)),
  );
  writeOutcomes(
    tx,
    changes.filter(({ before, after }) =>
      after.result !== before.result || after.error !== before.error
    ).map(({ before, after }) => ({ ...after, num: before.num })),
  );
  connection.runEach(
    "UPDATE task_inputs SET args = ? WHERE num = ?",
    changes.flatMap(({ before, args }) => args === null ? [] : [[args, before.num]]),
  );
  connection.runEach(
    "UPDATE tasks SET expires_at = NULL WHERE num = ?",
    changes.flatMap(({ before, clearExpiry }) => clearExpiry === true ? [[before.num]] : []),
  );
  return seqs;
}

/** Changes the state of one task and what counts it; answers the stamp. */
function updateState({ connection, counters }: Transaction, { before, after }: TaskChange): number {
  assertForward(before, after);
  const seq = counters.nextSeq();
  const values = [seq, ...stateValues(after), before.num, before.status, before.run];
  if (connection.run(UPDATE_TASK, ...values) !== 1) throw notAsRead(before);
  counters.count(before, before.status, after.status);
  counters.countDeadLetter(before.queue, before, after);
  return seq;
}

/** Writes results and errors whole; what is without both has no row. */
function writeOutcomes(
  { connection }: Transaction,
  tasks: readonly Pick<TaskRecord, "num" | "result" | "error">[],
): void {
  const [full, empty] = [tasks.filter(hasOutcome), tasks.filter((task) => !hasOutcome(task))];
  connection.runEach(
    "INSERT OR REPLACE INTO task_outcomes (num, error, result) VALUES (?, ?, ?)",
    full.map(({ num, error, result }) => [num, encodeError(error), result]),
  );
  connection.runEach("DELETE FROM task_outcomes WHERE num = ?", empty.map(({ num }) => [num]));
}

function hasOutcome({ result, error }: Pick<TaskRecord, "result" | "error">): boolean {
  return result !== null || error !== null;
}

function assertForward(before: TaskRecord, after: TaskChange["after"]): void {
  if (after.run < before.run) {
    throw new Error(`the run of task ${before.num} goes back from ${before.run} to ${after.run}`);
  }
}

function notAsRead({ num, status, run }: TaskRecord): Error {
  return new Error(
    `task ${num} is not ${status} in run ${run} any more: it was changed in between`,
  );
}

/** See `StoreWriter.findTasks`. */
export function findTasks(
  { connection }: Transaction,
  ids: readonly string[],
): ReadonlyMap<string, TaskRecord> {
  const rows = connection.rows(FIND, JSON.stringify(ids));
  return new Map(rows.map(decodeTask).map((task) => [task.id, task]));
}

/** See `StoreWriter.loadTasks`. */
export function loadTasks(
  { connection }: Transaction,
  nums: readonly number[],
  { texts = false }: { readonly texts?: boolean } = {},
): ReadonlyMap<number, TaskRecord> {
  const rows = connection.rows(texts ? LOAD_WITH_TEXTS : LOAD, JSON.stringify(nums));
  return new Map(rows.map(decodeTask).map((task) => [task.num, task]));
}

/** See `StoreWriter.loadResults`. */
export function loadResults(
  { connection }: Transaction,
  nums: readonly number[],
): ReadonlyMap<number, string> {
  const rows = connection.rows(
    "SELECT o.num, o.result FROM json_each(?) j CROSS JOIN task_outcomes o " +
      "WHERE o.num = j.value AND o.result IS NOT NULL",
    JSON.stringify(nums),
  );
  return new Map(rows.map((row) => [integer(row[0]), text(row[1])]));
}

/** See `StoreWriter.setProgress`. */
export function setProgress(
  { connection, counters }: Transaction,
  items: Parameters<StoreWriter["setProgress"]>[0],
): readonly (number | null)[] {
  return items.map(({ num, run, progress }) => {
    const seq = counters.nextSeq();
    const changed = connection.run(
      "UPDATE tasks SET seq = ?, progress = ? WHERE num = ? AND run = ? AND status = 'running'",
      seq,
      JSON.stringify(progress),
      num,
      run,
    );
    return changed > 0 ? seq : null;
  });
}
