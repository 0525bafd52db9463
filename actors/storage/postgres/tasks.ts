/** Tasks: inserting, changing and looking them up. */
import type { TaskRecord } from "../../domain/task.ts";
import type { NewTask, StoreWriter, TaskChange } from "../port.ts";
import { integer, text } from "../row/column.ts";
import { decodeTask, encodeError } from "../row/task_record.ts";
import { arrayText } from "./array_text.ts";
import {
  COLUMNS_WITH_TEXTS,
  COLUMNS_WITHOUT_TEXTS,
  inputValues,
  INSERT_INPUTS,
  INSERT_TASKS,
  insertValues,
  isFromLive,
  selectLocked,
  type StampedChange,
  UPDATE_ENDED,
  UPDATE_LIVE,
  updateValues,
} from "./task_row.ts";
import type { Transaction } from "./transaction.ts";

const BY_IDS = "t.num IN (SELECT n.num FROM task_inputs n WHERE n.id = ANY ($1::text[]))";
const BY_NUMS = "t.num = ANY ($1::bigint[])";
const FIND = selectLocked(COLUMNS_WITHOUT_TEXTS, { where: BY_IDS });
const LOAD = selectLocked(COLUMNS_WITHOUT_TEXTS, { where: BY_NUMS });
const LOAD_WITH_TEXTS = selectLocked(COLUMNS_WITH_TEXTS, { where: BY_NUMS });

const INSERT_EDGES = "INSERT INTO edges (parent, child) " +
  "SELECT * FROM unnest($1::bigint[], $2::bigint[])";

const DELETE_OUTCOMES = "DELETE FROM task_outcomes WHERE num = ANY ($1::bigint[])";
const WRITE_OUTCOMES = "INSERT INTO task_outcomes (num, error, result) " +
  "SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[]) " +
  "ON CONFLICT (num) DO UPDATE SET error = excluded.error, result = excluded.result";

const CHANGE_ARGS = "UPDATE task_inputs i SET args = u.args " +
  "FROM unnest($1::bigint[], $2::text[]) u (num, args) WHERE i.num = u.num";
const CLEAR_EXPIRY = "UPDATE tasks SET expires_at = NULL WHERE num = ANY ($1::bigint[])";

/** See `StoreWriter.insertTasks`. */
export async function insertTasks(
  tx: Transaction,
  tasks: readonly NewTask[],
): Promise<readonly number[]> {
  if (tasks.length === 0) return [];
  const { connection, counters, stamps } = tx;
  const seqs = tasks.map(() => stamps.next());
  const edges = tasks.flatMap(({ num, depNums }) => depNums.map((parent) => ({ parent, num })));
  const writing: Promise<unknown>[] = [
    connection.run(INSERT_INPUTS, ...inputValues(tasks, arrayText)),
    connection.run(INSERT_TASKS, ...insertValues(tasks, seqs)),
  ];
  if (edges.length > 0) {
    const [parents, children] = [edges.map(({ parent }) => parent), edges.map(({ num }) => num)];
    writing.push(connection.run(INSERT_EDGES, parents, children));
  }
  writing.push(writeOutcomes(tx, tasks.filter(hasOutcome)));
  for (const task of tasks) {
    counters.count(task, null, task.status);
    counters.countDeadLetter(task.queue, null, task);
  }
  await Promise.all(writing);
  return seqs;
}

/** See `StoreWriter.updateTasks`. */
export async function updateTasks(
  tx: Transaction,
  changes: readonly TaskChange[],
): Promise<readonly number[]> {
  const { counters, stamps } = tx;
  const stamped = changes.map(({ before, after }) => {
    assertForward(before, after);
    counters.count(before, before.status, after.status);
    counters.countDeadLetter(before.queue, before, after);
    return { before, after, seq: stamps.after(before.seq) };
  });
  await Promise.all([
    writeChanges(tx, UPDATE_LIVE, stamped.filter(isFromLive)),
    writeChanges(tx, UPDATE_ENDED, stamped.filter((change) => !isFromLive(change))),
    writeOutcomes(
      tx,
      changes.filter(({ before, after }) =>
        after.result !== before.result || after.error !== before.error
      ).map(({ before, after }) => ({ ...after, num: before.num })),
    ),
    changeArgs(tx, changes),
    clearExpiry(tx, changes),
  ]);
  return stamped.map(({ seq }) => seq);
}

async function writeChanges(
  { connection }: Transaction,
  sql: string,
  changes: readonly StampedChange[],
): Promise<void> {
  if (changes.length === 0) return;
  const changed = await connection.run(sql, ...updateValues(changes));
  if (changed === changes.length) return;
  const nums = changes.map(({ before }) => before.num);
  throw new Error(
    `${changes.length - changed} of the tasks ${nums.slice(0, 20).join(", ")} do not have the ` +
      "status and run any more with which they were read",
  );
}

/** Writes results and errors whole; what is without both has no row. */
async function writeOutcomes(
  { connection }: Transaction,
  tasks: readonly Pick<TaskRecord, "num" | "result" | "error">[],
): Promise<void> {
  const gone = tasks.filter((task) => !hasOutcome(task)).map(({ num }) => num);
  const there = tasks.filter(hasOutcome);
  await Promise.all([
    gone.length > 0 && connection.run(DELETE_OUTCOMES, gone),
    there.length > 0 && connection.run(
      WRITE_OUTCOMES,
      there.map(({ num }) => num),
      there.map(({ error }) => encodeError(error)),
      there.map(({ result }) => result),
    ),
  ]);
}

function hasOutcome({ result, error }: Pick<TaskRecord, "result" | "error">): boolean {
  return result !== null || error !== null;
}

async function changeArgs(
  { connection }: Transaction,
  changes: readonly TaskChange[],
): Promise<void> {
  const changed = changes.filter(({ args }) => args !== null);
  if (changed.length === 0) return;
  const nums = changed.map(({ before }) => before.num);
  await connection.run(CHANGE_ARGS, nums, changed.map(({ args }) => args));
}

async function clearExpiry(
  { connection }: Transaction,
  changes: readonly TaskChange[],
): Promise<void> {
  const nums = changes.filter((change) => change.clearExpiry === true).map(({ before }) =>
    before.num
  );
  if (nums.length > 0) await connection.run(CLEAR_EXPIRY, nums);
}

function assertForward(before: TaskRecord, after: TaskChange["after"]): void {
  if (after.run < before.run) {
    throw new Error(`the run of task ${before.num} goes back from ${before.run} to ${after.run}`);
  }
}

/** See `StoreWriter.findTasks`. */
export async function findTasks(
  { connection }: Transaction,
  ids: readonly string[],
): Promise<ReadonlyMap<string, TaskRecord>> {
  if (ids.length === 0) return new Map();
  const rows = await connection.rows(FIND, ids);
  return new Map(rows.map(decodeTask).map((task) => [task.id, task]));
}

/** See `StoreWriter.loadTasks`. */
export async function loadTasks(
  { connection }: Transaction,
  nums: readonly number[],
  { texts = false }: { readonly texts?: boolean } = {},
): Promise<ReadonlyMap<number, TaskRecord>> {
  if (nums.length === 0) return new Map();
  const rows = await connection.rows(texts ? LOAD_WITH_TEXTS : LOAD, nums);
  return new Map(rows.map(decodeTask).map((task) => [task.num, task]));
}

/** See `StoreWriter.loadResults`. */
export async function loadResults(
  { connection }: Transaction,
  nums: readonly number[],
): Promise<ReadonlyMap<number, string>> {
  if (nums.length === 0) return new Map();
  const rows = await connection.rows(
    "SELECT num, result FROM task_outcomes WHERE num = ANY ($1::bigint[]) AND result IS NOT NULL",
    nums,
  );
  return new Map(rows.map((row) => [integer(row[0]), text(row[1])]));
}

const SET_PROGRESS = "UPDATE tasks_live t SET progress = u.progress, " +
  "seq = greatest(u.seq, t.seq + 1) " +
  "FROM unnest($1::bigint[], $2::integer[], $3::text[], $4::bigint[]) u (num, run, progress, seq) " +
  "WHERE t.num = u.num AND t.run = u.run AND t.status = 'running' RETURNING t.num, t.run, t.seq";

/** See `StoreWriter.setProgress`. Of several for one run the last one stays, and all have its stamp. */
export async function setProgress(
  { connection, stamps }: Transaction,
  items: Parameters<StoreWriter["setProgress"]>[0],
): Promise<readonly (number | null)[]> {
  const last = [...new Map(items.map((item) => [`${item.num} ${item.run}`, item])).values()];
  if (last.length === 0) return [];
  const rows = await connection.rows(
    SET_PROGRESS,
    last.map(({ num }) => num),
    last.map(({ run }) => run),
    last.map(({ progress }) => JSON.stringify(progress)),
    last.map(() => stamps.next()),
  );
  const seqs = new Map(
    rows.map((row) => [`${integer(row[0])} ${integer(row[1])}`, integer(row[2])]),
  );
  return items.map(({ num, run }) => seqs.get(`${num} ${run}`) ?? null);
}
