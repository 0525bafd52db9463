/** Lookups on one snapshot, for explaining a task. */
import type { RunningTask } from "../../domain/explain.ts";
import { TASK_STATUSES, type TaskRecord, type TaskStatus } from "../../domain/task.ts";
import type { DependencyState } from "../port.ts";
import type { RunningScope, SnapshotView } from "../port/explain.ts";
import { integer, oneOf, text } from "../row/column.ts";
import { decodeSpec } from "../row/spec_text.ts";
import { decodeReason, decodeTask } from "../row/task_record.ts";
import type { Connection, Value } from "./connection.ts";
import { readQueue } from "./queues.ts";
import { COLUMNS_WITHOUT_TEXTS, TASK_TABLES } from "./task_row.ts";
import { Values } from "./values.ts";

const STATUSES = new Set(TASK_STATUSES);

const FIND = `SELECT ${COLUMNS_WITHOUT_TEXTS} FROM ${TASK_TABLES} WHERE i.id = $1`;
const LOAD = `SELECT ${COLUMNS_WITHOUT_TEXTS} FROM ${TASK_TABLES} ` +
  "WHERE t.num = ANY ($1::bigint[])";

const DEPENDENCIES_IN = "SELECT t.num, p.id, p.spec, t.status, t.reason FROM task_inputs c " +
  "CROSS JOIN unnest(c.dep_nums) WITH ORDINALITY d (num, place) " +
  "JOIN tasks t ON t.num = d.num JOIN task_inputs p ON p.num = t.num " +
  "WHERE c.num = $1 AND t.status = ANY ($2::text[]) ORDER BY d.place LIMIT $3";

const aheadOf = (key: string) =>
  "SELECT count(*) FROM (SELECT 1 FROM tasks_live t WHERE t.status = 'pending' AND t.queue = $1 " +
  `AND t.ready_pool = $2 AND t.concurrency_key ${key} ` +
  "AND (t.ready_order, t.num) < ($3, $4) LIMIT $5) ahead";
const AHEAD_OF_KEYLESS = aheadOf("IS NULL");
const AHEAD_OF_KEY = aheadOf("= $6");

/** The next key with ready work in a queue and pool, again and again: a seek of the index for each. */
const READY_KEYS = "WITH RECURSIVE keys (key, n) AS (" +
  "(SELECT t.concurrency_key, 1 FROM tasks_live t WHERE t.status = 'pending' AND t.queue = $1 " +
  "AND t.ready_pool = $2 AND t.concurrency_key >= '' ORDER BY t.concurrency_key LIMIT 1) " +
  "UNION ALL SELECT o.key, k.n + 1 FROM keys k CROSS JOIN LATERAL (" +
  "SELECT t.concurrency_key AS key FROM tasks_live t WHERE t.status = 'pending' AND t.queue = $1 " +
  "AND t.ready_pool = $2 AND t.concurrency_key > k.key ORDER BY t.concurrency_key LIMIT 1) o " +
  "WHERE k.n < $3) SELECT key FROM keys";

const KEYLESS = "SELECT 1 FROM tasks_live t WHERE t.status = 'pending' AND t.queue = $1 " +
  "AND t.ready_pool = $2 AND t.concurrency_key IS NULL LIMIT 1";

/** The view of one transaction that only looks. */
export class PostgresSnapshot implements SnapshotView {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  async findTask(id: string): Promise<TaskRecord | null> {
    const row = await this.#connection.row(FIND, id);
    return row === undefined ? null : decodeTask(row);
  }

  async loadTasks(nums: readonly number[]): Promise<readonly TaskRecord[]> {
    return (await this.#connection.rows(LOAD, nums)).map(decodeTask);
  }

  async dependenciesIn(
    num: number,
    { statuses, limit }: { readonly statuses: readonly TaskStatus[]; readonly limit: number },
  ): Promise<readonly DependencyState[]> {
    const rows = await this.#connection.rows(DEPENDENCIES_IN, num, statuses, limit);
    return rows.map((row) => ({
      num: integer(row[0]),
      id: text(row[1]),
      key: decodeSpec(text(row[2])).key,
      status: oneOf(STATUSES, row[3]),
      reason: decodeReason(row[4]),
    }));
  }

  findQueue(name: string): ReturnType<SnapshotView["findQueue"]> {
    return readQueue(this.#connection, name);
  }

  async listRunning(scope: RunningScope, limit: number): Promise<readonly RunningTask[]> {
    const values = new Values();
    const rows = await this.#connection.rows(
      `SELECT i.id, r.method, r.executor, r.started_at FROM (SELECT * FROM tasks_live t ` +
        `WHERE ${running(scope, values)} ORDER BY t.started_at, t.num LIMIT ${
          values.add(limit)
        }) r ` +
        "JOIN task_inputs i ON i.num = r.num ORDER BY r.started_at, r.num",
      ...values.list,
    );
    return rows.map((row) => ({
      id: text(row[0]),
      method: text(row[1]),
      executor: text(row[2]),
      startedAt: integer(row[3]),
    }));
  }

  countRunning(scope: RunningScope, atMost: number): Promise<number> {
    const values = new Values();
    return this.#count(
      `SELECT count(*) FROM (SELECT 1 FROM tasks_live t WHERE ${running(scope, values)} ` +
        `LIMIT ${values.add(atMost)}) running`,
      values.list,
    );
  }

  countAhead(task: TaskRecord, atMost: number): Promise<number> {
    const { queue, readyPool, concurrencyKey, readyOrder, num } = task;
    const place = [queue, readyPool, readyOrder, num, atMost];
    return concurrencyKey === null
      ? this.#count(AHEAD_OF_KEYLESS, place)
      : this.#count(AHEAD_OF_KEY, [...place, concurrencyKey]);
  }

  async countOtherKeys(
    { queue, readyPool, concurrencyKey }: TaskRecord,
    atMost: number,
  ): Promise<number> {
    if (readyPool === null) return 0;
    const keys = await this.#connection.rows(READY_KEYS, queue, readyPool, atMost + 1);
    const others = keys.filter((row) => text(row[0]) !== concurrencyKey).length;
    const keyless = concurrencyKey !== null && others < atMost &&
      await this.#connection.row(KEYLESS, queue, readyPool) !== undefined;
    return Math.min(atMost, others + (keyless ? 1 : 0));
  }

  async #count(sql: string, values: readonly Value[]): Promise<number> {
    return integer((await this.#connection.row(sql, ...values))?.[0]);
  }
}

/** The condition on running tasks; of a pool it walks over all that run, which slots bound. */
function running(scope: RunningScope, values: Values): string {
  if ("pool" in scope) return `t.status = 'running' AND t.pool = ${values.add(scope.pool)}`;
  const { queue, concurrencyKey } = scope;
  const inQueue = `t.status = 'running' AND t.queue = ${values.add(queue)}`;
  if (concurrencyKey === undefined) return inQueue;
  return `${inQueue} AND t.concurrency_key = ${values.add(concurrencyKey)}`;
}
