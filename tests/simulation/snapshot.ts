/** What stands in the database of a simulation, read without any of the product's code. */
import { DatabaseSync } from "node:sqlite";
import { databaseFile } from "../../actors/storage/sqlite/store.ts";

/** A row of `tasks`, with what its specification says. */
export interface TaskRow extends TaskColumns, TaskSpecification {}

interface TaskColumns {
  readonly num: number;
  readonly id: string;
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

export const NOTHING: Snapshot = {
  tasks: new Map(),
  runs: new Map(),
  queues: new Map(),
  parents: new Map(),
};

const TASKS =
  "SELECT num, id, status, reason, run, queue, concurrency_key, workflow_num, dep_total, " +
  "dep_succeeded, dep_failed, dep_skipped, expires_at, finished_at, ready_pool, ready_order, executor, unique_hash FROM tasks";
const SPECIFICATION = "SELECT spec ->> '$.triggerRule' AS rule, spec ->> '$.runAt' AS run_at, " +
  "spec ->> '$.onFailure' AS on_failure " +
  "FROM task_inputs WHERE num = ?";
const RUNS = "SELECT num, run, started_at, finished_at, outcome FROM runs";
const QUEUES =
  "SELECT name, concurrency, key_concurrency, rate_limit, rate_per_ms, paused FROM queues";
const EDGES = "SELECT parent, child FROM edges";

/** A connection that only looks. */
export class SnapshotReader {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, ReturnType<DatabaseSync["prepare"]>>();
  /** What was accepted does not change. */
  readonly #specifications = new Map<number, TaskSpecification>();

  constructor(dataDir: string) {
    this.#database = new DatabaseSync(databaseFile(dataDir), { readOnly: true });
  }

  close(): void {
    this.#database.close();
  }

  read(): Snapshot {
    const tasks = this.rows(TASKS) as unknown as TaskColumns[];
    const runs = this.rows(RUNS) as unknown as RunRow[];
    const queues = this.rows(QUEUES) as unknown as QueueRow[];
    const parents = new Map<number, number[]>();
    for (const row of this.rows(EDGES)) {
      const [parent, child] = [Number(row["parent"]), Number(row["child"])];
      const known = parents.get(child);
      if (known === undefined) parents.set(child, [parent]);
      else known.push(parent);
    }
    return {
      tasks: new Map(
        tasks.map((task) => [task.num, { ...task, ...this.#specificationOf(task.num) }]),
      ),
      runs: new Map(runs.map((run) => [`${run.num} ${run.run}`, run])),
      queues: new Map(queues.map((queue) => [queue.name, queue])),
      parents,
    };
  }

  rows(sql: string, ...values: readonly number[]): readonly Record<string, unknown>[] {
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
