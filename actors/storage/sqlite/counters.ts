import type { TaskStatus } from "../../domain/task.ts";
import { integer } from "./column.ts";
import type { Connection } from "./connection.ts";

/** The numbers that a store gives out, none of them twice. */
interface Sequences {
  task: number;
  workflow: number;
  seq: number;
}

/**
 * What is counted and numbered along with a transaction's writes: stamps and nums, depths of queues
 * and counts of workflows. Changes gather in memory and are written once, by `flush`, in the
 * transaction that they belong to. Numbers given in a transaction that is undone are left out, not
 * given again.
 */
export class Counters {
  readonly #connection: Connection;
  readonly #last: Sequences;
  #written: Sequences;
  readonly #depths = new Map<string, Map<TaskStatus, number>>();
  readonly #workflows = new Map<number, Map<TaskStatus, number>>();

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

  /** Writes what has gathered, so that it is undone and kept together with the rows that it counts. */
  flush(): void {
    for (const [queue, counts] of this.#depths) {
      this.#write("depths", "queue", queue, counts);
    }
    for (const [num, counts] of this.#workflows) {
      this.#write("workflow_counts", "num", num, counts);
    }
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
  }

  /** To be called when a transaction was rolled back: nothing of it is on record. */
  rolledBack(): void {
    this.discard();
    // What the database has is older than `#last` or equal to it; zeros make the next flush write.
    this.#written = { task: 0, workflow: 0, seq: 0 };
  }

  #write(
    table: "depths" | "workflow_counts",
    column: "queue" | "num",
    key: string | number,
    counts: ReadonlyMap<TaskStatus, number>,
  ): void {
    for (const [status, delta] of counts) {
      if (delta === 0) continue;
      // Not an upsert: its CHECK would see the negative delta before the conflict is found.
      const changed = this.#connection.run(
        `UPDATE ${table} SET count = count + ? WHERE ${column} = ? AND status = ?`,
        delta,
        key,
        status,
      );
      if (changed > 0) continue;
      this.#connection.run(
        `INSERT INTO ${table} (${column}, status, count) VALUES (?, ?, ?)`,
        key,
        status,
        delta,
      );
    }
  }
}

function add<K>(
  counts: Map<K, Map<TaskStatus, number>>,
  key: K,
  status: TaskStatus,
  delta: number,
): void {
  let ofKey = counts.get(key);
  if (!ofKey) counts.set(key, ofKey = new Map());
  ofKey.set(status, (ofKey.get(status) ?? 0) + delta);
}
