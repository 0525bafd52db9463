/** Lookups on one snapshot, for explaining a task. */
import type { RunningTask } from "../../domain/explain.ts";
import { TASK_STATUSES, type TaskRecord, type TaskStatus } from "../../domain/task.ts";
import type { DependencyState } from "../port.ts";
import type { RunningScope, SnapshotView } from "../port/explain.ts";
import { integer, oneOf, text, textOrNull } from "../row/column.ts";
import type { Connection } from "./connection.ts";
import { readQueues } from "./queues.ts";
import { countBefore } from "./key_lines.ts";
import { hasKeyless, readyKeys } from "./ready_keys.ts";
import { COLUMNS_WITHOUT_TEXTS, decodeReason, decodeTask, TASK_TABLES } from "./task_row.ts";

const STATUSES = new Set(TASK_STATUSES);

/** The join follows the array of the specification, which is in the order of the submission. */
const DEPENDENCIES_IN = "SELECT t.num, t.id, json_extract(p.spec, '$.key'), t.status, t.reason " +
  "FROM task_inputs c CROSS JOIN json_each(c.spec, '$.depNums') d " +
  "CROSS JOIN tasks t CROSS JOIN task_inputs p " +
  "WHERE c.num = ? AND t.num = d.value AND p.num = t.num " +
  "AND t.status IN (SELECT value FROM json_each(?)) LIMIT +?";

const AHEAD = "SELECT count(*) FROM (SELECT 1 FROM tasks INDEXED BY tasks_ready " +
  "WHERE status = 'pending' AND concurrency_key IS NULL AND queue = ? AND ready_pool = ? " +
  "AND (ready_order, num) < (?, ?) LIMIT +?)";

/** Takes its turn on a connection of its own, so that other reads can go on between its awaits. */
export class SnapshotTurns {
  readonly #open: () => Connection;
  #connection: Connection | null = null;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(open: () => Connection) {
    this.#open = open;
  }

  /** See `SnapshotReader.look`. */
  look<T>(work: (view: SnapshotView) => Promise<T>): Promise<T> {
    const result = this.#turn.then(() => this.#look(work));
    this.#turn = result.then(nothing, nothing);
    return result;
  }

  async close(): Promise<void> {
    const before = this.#turn;
    await before;
    this.#connection?.close();
    this.#connection = null;
  }

  async #look<T>(work: (view: SnapshotView) => Promise<T>): Promise<T> {
    const connection = this.#connection ??= this.#open();
    connection.begin("DEFERRED");
    try {
      return await work(new SqliteSnapshot(connection));
    } finally {
      connection.rollback();
    }
  }
}

class SqliteSnapshot implements SnapshotView {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  findTask(id: string): Promise<TaskRecord | null> {
    return Promise.try(() => {
      const row = this.#connection.row(
        `SELECT ${COLUMNS_WITHOUT_TEXTS} FROM ${TASK_TABLES} WHERE t.id = ?`,
        id,
      );
      return row === undefined ? null : decodeTask(row);
    });
  }

  loadTasks(nums: readonly number[]): Promise<readonly TaskRecord[]> {
    return Promise.try(() =>
      this.#connection.rows(
        `SELECT ${COLUMNS_WITHOUT_TEXTS} FROM json_each(?) j CROSS JOIN ${TASK_TABLES} ` +
          "WHERE t.num = j.value",
        JSON.stringify(nums),
      ).map(decodeTask)
    );
  }

  dependenciesIn(
    num: number,
    { statuses, limit }: { readonly statuses: readonly TaskStatus[]; readonly limit: number },
  ): Promise<readonly DependencyState[]> {
    return Promise.try(() =>
      this.#connection.rows(DEPENDENCIES_IN, num, JSON.stringify(statuses), limit).map((row) => ({
        num: integer(row[0]),
        id: text(row[1]),
        key: textOrNull(row[2] ?? null),
        status: oneOf(STATUSES, row[3]),
        reason: decodeReason(row[4] ?? null),
      }))
    );
  }

  findQueue(name: string): ReturnType<SnapshotView["findQueue"]> {
    return Promise.try(() =>
      readQueues(this.#connection).find((queue) => queue.name === name) ?? null
    );
  }

  listRunning(scope: RunningScope, limit: number): Promise<readonly RunningTask[]> {
    const { where, values } = runningWhere(scope);
    return Promise.try(() =>
      this.#connection.rows(
        `SELECT id, method, executor, started_at FROM tasks INDEXED BY tasks_running ` +
          `WHERE ${where} ORDER BY started_at, num LIMIT +?`,
        ...values,
        limit,
      ).map((row) => ({
        id: text(row[0]),
        method: text(row[1]),
        executor: text(row[2]),
        startedAt: integer(row[3]),
      }))
    );
  }

  countRunning(scope: RunningScope, atMost: number): Promise<number> {
    const { where, values } = runningWhere(scope);
    return Promise.try(() =>
      integer(
        this.#connection.row(
          `SELECT count(*) FROM (SELECT 1 FROM tasks INDEXED BY tasks_running ` +
            `WHERE ${where} LIMIT +?)`,
          ...values,
          atMost,
        )?.[0],
      )
    );
  }

  countAhead(task: TaskRecord, atMost: number): Promise<number> {
    return Promise.try(() => {
      const { queue, readyPool: pool, concurrencyKey: key, readyOrder: order, num } = task;
      if (pool === null || order === null) return 0;
      if (key !== null) {
        return countBefore(this.#connection, { queue, pool, key }, {
          before: { order, num },
          atMost,
        });
      }
      const row = this.#connection.row(AHEAD, queue, pool, order, num, atMost);
      return integer(row?.[0]);
    });
  }

  countOtherKeys(
    { queue, readyPool, concurrencyKey }: TaskRecord,
    atMost: number,
  ): Promise<number> {
    return Promise.try(() => {
      if (readyPool === null) return 0;
      const place = { queue, pool: readyPool };
      let count = concurrencyKey !== null && hasKeyless(this.#connection, place) ? 1 : 0;
      const range = { ...place, after: null, upTo: null, limit: atMost + 1 };
      for (const { key } of readyKeys(this.#connection, range)) {
        if (count >= atMost) break;
        if (key !== concurrencyKey) count++;
      }
      return count;
    });
  }
}

/** The condition on running tasks; of a pool it walks over all that run, which slots bound. */
function runningWhere(
  scope: RunningScope,
): { readonly where: string; readonly values: readonly string[] } {
  if ("pool" in scope) return { where: "status = 'running' AND pool = ?", values: [scope.pool] };
  const { queue, concurrencyKey } = scope;
  if (concurrencyKey === undefined) {
    return { where: "status = 'running' AND queue = ?", values: [queue] };
  }
  const where = "status = 'running' AND queue = ? AND concurrency_key = ?";
  return { where, values: [queue, concurrencyKey] };
}

function nothing(): void {}
