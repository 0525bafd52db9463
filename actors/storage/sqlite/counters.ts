import { deadLetterReason, type DeadLetterState } from "../../domain/dead_letter.ts";
import type { FailureReason, TaskStatus } from "../../domain/task.ts";
import { integer } from "../row/column.ts";
import type { Connection } from "./connection.ts";

/** The numbers that a store gives out, none of them twice. */
interface Sequences {
  task: number;
  workflow: number;
  seq: number;
}

/** What a task is counted by. */
export interface TaskKind extends DeadLetterState {
  readonly queue: string;
  readonly workflowNum: number | null;
}

/** How many there are of each kind, or how many more, by what they belong to. */
type Counts<Key, Kind> = Map<Key, Map<Kind, number>>;

/** The tables of counters, each with the column of its key and that of its kind. */
const TABLES = {
  depths: ["queue", "status"],
  workflow_counts: ["num", "status"],
  dead_letter_counts: ["queue", "reason"],
} as const;

/**
 * What is counted and numbered along with a transaction's writes: stamps and nums, depths of queues,
 * counts of workflows and dead letters. Changes gather in memory and are written once, by `flush`, in the
 * transaction that they belong to. Numbers given in a transaction that is undone are left out, not
 * given again.
 */
export class Counters {
  readonly #connection: Connection;
  readonly #last: Sequences;
  #written: Sequences;
  readonly #depths: Counts<string, TaskStatus> = new Map();
  readonly #workflows: Counts<number, TaskStatus> = new Map();
  readonly #deadLetters: Counts<string, FailureReason> = new Map();

  /** Before the first look, and after what was undone, nobody knows. */
  #planted = Infinity;

  constructor(connection: Connection) {
    this.#connection = connection;
    const row = connection.row("SELECT task_num, workflow_num, seq FROM counters");
    this.#last = { task: integer(row?.[0]), workflow: integer(row?.[1]), seq: integer(row?.[2]) };
    this.#written = { ...this.#last };
  }

  /** Reserves `count` nums and answers the first. */
  allocate(kind: "task" | "workflow", count: number): number {
    const first = this.#last[kind] + 1;
    this.#last[kind] += count;
    return first;
  }

  /** The next stamp. */
  nextSeq(): number {
    return ++this.#last.seq;
  }

  /** The first of `count` stamps that follow each other. */
  nextSeqs(count: number): number {
    const first = this.#last.seq + 1;
    this.#last.seq += count;
    return first;
  }

  /** Counts tombstones that were planted; answers how many it may be since there were last too many. */
  planted(count: number): number {
    return this.#planted += count;
  }

  /** Says that there are not too many tombstones now. */
  trimmed(): void {
    this.#planted = 0;
  }

  /** The last num of a task and the last stamp that were given. */
  horizon(): { readonly num: number; readonly seq: number } {
    return { num: this.#last.task, seq: this.#last.seq };
  }

  /** Counts a task that came, went or changed its status. */
  count(
    task: { readonly queue: string; readonly workflowNum: number | null },
    before: TaskStatus | null,
    after: TaskStatus | null,
  ): void {
    if (before === after) return;
    const { queue, workflowNum } = task;
    if (before !== null) add(this.#depths, queue, before, -1);
    if (after !== null) add(this.#depths, queue, after, 1);
    if (workflowNum === null) return;
    if (before !== null) add(this.#workflows, workflowNum, before, -1);
    if (after !== null) add(this.#workflows, workflowNum, after, 1);
  }

  /** Counts a task that became a dead letter, or is none any more. */
  countDeadLetter(queue: string, before: DeadLetterState | null, after: DeadLetterState | null) {
    const left = before === null ? null : deadLetterReason(before);
    const entered = after === null ? null : deadLetterReason(after);
    if (left !== null) add(this.#deadLetters, queue, left, -1);
    if (entered !== null) add(this.#deadLetters, queue, entered, 1);
  }

  /** Counts `tasks` tasks of one kind that are gone. */
  countGone(kind: TaskKind, tasks: number): void {
    const { queue, workflowNum, status } = kind;
    add(this.#depths, queue, status, -tasks);
    if (workflowNum !== null) add(this.#workflows, workflowNum, status, -tasks);
    const reason = deadLetterReason(kind);
    if (reason !== null) add(this.#deadLetters, queue, reason, -tasks);
  }

  /** Writes what has gathered, so that it is undone and kept together with the rows that it counts. */
  flush(): void {
    this.#write("depths", this.#depths);
    this.#write("workflow_counts", this.#workflows);
    this.#write("dead_letter_counts", this.#deadLetters);
    this.discard();
    const { task, workflow, seq } = this.#last;
    const written = this.#written;
    if (task === written.task && workflow === written.workflow && seq === written.seq) return;
    this.#connection.run(
      "UPDATE counters SET task_num = ?, workflow_num = ?, seq = ?",
      task,
      workflow,
      seq,
    );
    this.#written = { ...this.#last };
  }

  /** Forgets what has gathered, because the rows that it counts were undone. */
  discard(): void {
    this.#depths.clear();
    this.#workflows.clear();
    this.#deadLetters.clear();
  }

  /** To be called when a transaction was rolled back: nothing of it is on record. */
  rolledBack(): void {
    this.discard();
    this.#planted = Infinity;
    // What the database has is older than `#last` or equal to it; zeros make the next flush write.
    this.#written = { task: 0, workflow: 0, seq: 0 };
  }

  #write(table: keyof typeof TABLES, counts: Counts<string | number, string>): void {
    for (const [key, ofKey] of counts) {
      for (const [kind, delta] of ofKey) {
        if (delta !== 0) this.#add(table, [key, kind], delta);
      }
    }
  }

  #add(
    table: keyof typeof TABLES,
    [key, kind]: readonly [string | number, string],
    delta: number,
  ): void {
    const [keyColumn, kindColumn] = TABLES[table];
    // Not an upsert: its CHECK would see the negative delta before the conflict is found.
    const changed = this.#connection.run(
      `UPDATE ${table} SET count = count + ? WHERE ${keyColumn} = ? AND ${kindColumn} = ?`,
      delta,
      key,
      kind,
    );
    if (changed > 0) return;
    this.#connection.run(
      `INSERT INTO ${table} (${keyColumn}, ${kindColumn}, count) VALUES (?, ?, ?)`,
      key,
      kind,
      delta,
    );
  }
}

function add<Key, Kind>(counts: Counts<Key, Kind>, key: Key, kind: Kind, delta: number): void {
  let ofKey = counts.get(key);
  if (!ofKey) counts.set(key, ofKey = new Map());
  ofKey.set(kind, (ofKey.get(kind) ?? 0) + delta);
}
