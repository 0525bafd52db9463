/** What stands in the database of a simulation, read without any of the product's code. */
import { DatabaseSync } from "node:sqlite";
import { databaseFile } from "../../actors/storage/sqlite/store.ts";

/** A row of `tasks`, with what its specification says. */
export interface TaskRow extends TaskColumns, TaskSpecification {}

interface TaskColumns {
  readonly num: number;
  readonly id: string;
  /** Grows with every change. */
  readonly seq: number;
  readonly method: string;
  readonly status: string;
  readonly reason: string | null;
  readonly run: number;
  readonly queue: string;
  readonly concurrency_key: string | null;
  readonly workflow_num: number | null;
  readonly dep_total: number;
  readonly dep_succeeded: number;
  readonly dep_failed: number;
  readonly dep_skipped: number;
  readonly expires_at: number | null;
  readonly finished_at: number | null;
  readonly cancel_requested_at: number | null;
  readonly discarded_at: number | null;
  /** Where it waits to run; null unless it is pending. */
  readonly ready_pool: string | null;
  readonly ready_order: number | null;
  readonly executor: string | null;
  /** What tasks of the same work share, where there is to be one of it only. */
  readonly unique_hash: string | null;
}

interface TaskSpecification {
  /** JSON of the task that follows its failure. */
  readonly on_failure: string | null;
  readonly rule: string;
  readonly run_at: number | null;
}

export interface RunRow {
  readonly num: number;
  readonly run: number;
  readonly started_at: number;
  readonly finished_at: number | null;
  readonly outcome: string | null;
}

export interface QueueRow {
  readonly name: string;
  readonly concurrency: number | null;
  readonly key_concurrency: number | null;
  readonly rate_limit: number | null;
  readonly rate_per_ms: number | null;
  readonly paused: number;
}

/** All of it at one moment. */
export interface Snapshot {
  readonly tasks: ReadonlyMap<number, TaskRow>;
  readonly runs: ReadonlyMap<string, RunRow>;
  readonly queues: ReadonlyMap<string, QueueRow>;
  /** Nums of the tasks that each one depends on, as far as they are there. */
  readonly parents: ReadonlyMap<number, readonly number[]>;
}

/** Statuses that a task does not leave by itself. */
export const ENDED: readonly string[] = ["completed", "failed", "cancelled", "skipped"];

export const NOTHING: Snapshot = {
  tasks: new Map(),
  runs: new Map(),
  queues: new Map(),
  parents: new Map(),
};

const TASKS =
  "SELECT num, id, seq, method, status, reason, run, queue, concurrency_key, workflow_num, " +
  "dep_total, dep_succeeded, dep_failed, dep_skipped, expires_at, finished_at, " +
  "cancel_requested_at, discarded_at, ready_pool, ready_order, executor, unique_hash " +
  "FROM tasks WHERE seq > ?";
/** What goes without saying is not stored. */
const SPECIFICATION = "SELECT ifnull(spec ->> '$.triggerRule', 'all_success') AS rule, " +
  "spec ->> '$.runAt' AS run_at, spec ->> '$.onFailure' AS on_failure " +
  "FROM task_inputs WHERE num = ?";
const RUNS = "SELECT num, run, started_at, finished_at, outcome FROM runs";
const RUNS_OF = `${RUNS} WHERE num IN (SELECT value FROM json_each(?))`;
const QUEUES = "SELECT name, concurrency, key_concurrency, rate_limit, rate_per_ms, paused " +
  "FROM queues";
const EDGES = "SELECT parent, child FROM edges";
const STAMP = "SELECT seq, (SELECT count(*) FROM tasks) AS tasks FROM counters";
/** Reads of what has changed, after which all is read, in case that a change had no stamp. */
const ALL_AFTER = 16;

/** A connection that only looks. */
export class SnapshotReader {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, ReturnType<DatabaseSync["prepare"]>>();
  /** What was accepted does not change. */
  readonly #specifications = new Map<number, TaskSpecification>();
  #last = NOTHING;
  #seq = 0;
  #reads = 0;

  constructor(dataDir: string) {
    this.#database = new DatabaseSync(databaseFile(dataDir), { readOnly: true });
  }

  close(): void {
    this.#database.close();
  }

  /** What stands there now. */
  read(): { readonly snapshot: Snapshot; readonly tasksChanged: boolean } {
    const [stamp] = this.rows(STAMP);
    const seq = Number(stamp?.["seq"]);
    if (seq === this.#seq) {
      // Settings of queues have no stamp.
      this.#last = { ...this.#last, queues: this.#readQueues() };
      return { snapshot: this.#last, tasksChanged: false };
    }
    const isTimeForAll = this.#reads++ % ALL_AFTER === 0;
    const some = isTimeForAll ? null : this.#readSince(this.#last, this.#seq);
    // What was deleted left no other trace.
    this.#last = some !== null && some.tasks.size === stamp?.["tasks"] ? some : this.#readAll();
    this.#seq = seq;
    return { snapshot: this.#last, tasksChanged: true };
  }

  #readAll(): Snapshot {
    const tasks = this.#readTasks(0);
    const runs = this.rows(RUNS) as unknown as RunRow[];
    return {
      tasks: new Map(tasks.map((task) => [task.num, task])),
      runs: new Map(runs.map((run) => [`${run.num} ${run.run}`, run])),
      queues: this.#readQueues(),
      parents: this.#readParents(),
    };
  }

  /** `before` with all that has a stamp after `seq`. */
  #readSince(before: Snapshot, seq: number): Snapshot {
    const changed = this.#readTasks(seq);
    const [tasks, runs] = [new Map(before.tasks), new Map(before.runs)];
    for (const task of changed) tasks.set(task.num, task);
    const nums = JSON.stringify(changed.map(({ num }) => num));
    for (const run of this.rows(RUNS_OF, nums) as unknown as RunRow[]) {
      runs.set(`${run.num} ${run.run}`, run);
    }
    const parents = tasks.size > before.tasks.size ? this.#readParents() : before.parents;
    return { tasks, runs, queues: this.#readQueues(), parents };
  }

  #readTasks(afterSeq: number): readonly TaskRow[] {
    const rows = this.rows(TASKS, afterSeq) as unknown as TaskColumns[];
    return rows.map((row) => ({ ...row, ...this.#specificationOf(row.num) }));
  }

  #readQueues(): Snapshot["queues"] {
    const rows = this.rows(QUEUES) as unknown as QueueRow[];
    return new Map(rows.map((queue) => [queue.name, queue]));
  }

  #readParents(): Snapshot["parents"] {
    const parents = new Map<number, number[]>();
    for (const row of this.rows(EDGES)) {
      const [parent, child] = [Number(row["parent"]), Number(row["child"])];
      const known = parents.get(child);
      if (known === undefined) parents.set(child, [parent]);
      else known.push(parent);
    }
    return parents;
  }

  rows(sql: string, ...values: readonly (number | string)[]): readonly Record<string, unknown>[] {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#database.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement.all(...values);
  }

  #specificationOf(num: number): TaskSpecification {
    let known = this.#specifications.get(num);
    if (known === undefined) {
      [known] = this.rows(SPECIFICATION, num) as unknown as TaskSpecification[];
      if (known === undefined) throw new Error(`task ${num} has no input`);
      this.#specifications.set(num, known);
    }
    return known;
  }
}
