import { type RunRecord, TASK_STATUSES, type TaskRecord } from "../../domain/task.ts";
import type { StoreReader, TaskQuery } from "../port.ts";
import type { SnapshotView } from "../port/explain.ts";
import { listChanges } from "./changes.ts";
import { integer, text } from "../row/column.ts";
import { decodeTask } from "../row/task_record.ts";
import type { Connection, Deadlines } from "./connection.ts";
import { firstInLine } from "./first_in_line.ts";
import { listNodeRuns } from "./node_runs.ts";
import * as deadLetters from "./dead_letters.ts";
import { listDependents } from "./edges.ts";
import { listTasks } from "./listing.ts";
import { listLogs } from "./logs.ts";
import { readQueues } from "./queues.ts";
import { ReaderPool } from "./reader_pool.ts";
import { decodeRun, RUN_COLUMNS } from "../row/run_record.ts";
import { readSchedule, readSchedules, readTicks } from "./schedules.ts";
import { PostgresSnapshot } from "./snapshot.ts";
import { COLUMNS_WITH_TEXTS, TASK_TABLES } from "./task_row.ts";
import { lastSeq, walkTasks } from "./walks.ts";
import { readTraffic } from "./traffic.ts";
import * as workflows from "./workflow_listing.ts";

/**
 * Shorter than what callers wait for, so that they are told why nothing came; but for the time between
 * the queries of one snapshot, which only ever depends on this program.
 */
const DEADLINES: Partial<Deadlines> = {
  connectMs: 3_000,
  statementMs: 5_000,
  answerMs: 6_000,
  idleMs: 30_000,
};

const GET_TASKS = `SELECT ${COLUMNS_WITH_TEXTS} FROM ${TASK_TABLES} WHERE i.id = ANY ($1::text[])`;
const RUNS = `SELECT ${RUN_COLUMNS} FROM runs WHERE num = $1 ORDER BY run`;
// Every node counts for itself: what a task entered on one and left on another is in the sum.
const DEPTHS = `SELECT queue, ${
  TASK_STATUSES.map((status) => `sum(${status})::bigint`).join(", ")
} FROM depths GROUP BY queue`;

export interface PostgresReaderOptions {
  /** `postgres://…`. */
  readonly url: string;
  readonly deadlines?: Partial<Deadlines>;
}

/**
 * Opens a store for looking only. A writer has to have opened it once before. It connects when there is
 * something to read: a database that is away fails reads, and lets a reader start.
 */
export function openPostgresReader({ url, deadlines }: PostgresReaderOptions): StoreReader {
  const options = { url, name: "dtask reader", deadlines: { ...DEADLINES, ...deadlines } };
  return new PostgresReader(new ReaderPool(options));
}

class PostgresReader implements StoreReader {
  readonly #pool: ReaderPool;
  /** Settles with the look before: one at a time leaves connections to everybody else. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(pool: ReaderPool) {
    this.#pool = pool;
  }

  look<T>(work: (view: SnapshotView) => Promise<T>): Promise<T> {
    const result = this.#turn.then(() =>
      this.#pool.snapshot((connection) => work(new PostgresSnapshot(connection)))
    );
    this.#turn = result.then(nothing, nothing);
    return result;
  }

  async getTasks(ids: readonly string[]): Promise<readonly (TaskRecord | null)[]> {
    return await this.#pool.use(async (connection) => {
      const rows = await connection.rows(GET_TASKS, ids);
      const tasks = new Map(rows.map(decodeTask).map((task) => [task.id, task]));
      return ids.map((id) => tasks.get(id) ?? null);
    });
  }

  listTasks(
    query: TaskQuery,
    page: Parameters<StoreReader["listTasks"]>[1],
  ): ReturnType<StoreReader["listTasks"]> {
    return this.#pool.snapshot((connection) => listTasks(connection, query, page));
  }

  listChanges(
    query: TaskQuery,
    page: Parameters<StoreReader["listChanges"]>[1],
  ): ReturnType<StoreReader["listChanges"]> {
    return this.#pool.snapshot((connection) => listChanges(connection, query, page));
  }

  listDeadLetters(
    ...[query, page]: Parameters<StoreReader["listDeadLetters"]>
  ): ReturnType<StoreReader["listDeadLetters"]> {
    return this.#pool.snapshot((connection) =>
      deadLetters.listDeadLetters(connection, query, page)
    );
  }

  countDeadLetters(): ReturnType<StoreReader["countDeadLetters"]> {
    return this.#pool.use(deadLetters.countDeadLetters);
  }

  lastSeq(): ReturnType<StoreReader["lastSeq"]> {
    return this.#pool.use(lastSeq);
  }

  walkTasks(
    ...[query, step]: Parameters<StoreReader["walkTasks"]>
  ): ReturnType<StoreReader["walkTasks"]> {
    return this.#pool.snapshot((connection) => walkTasks(connection, query, step));
  }

  listRuns(id: string): Promise<readonly RunRecord[] | null> {
    return this.#ofTask(
      id,
      async (connection, num) => (await connection.rows(RUNS, num)).map(decodeRun),
    );
  }

  listLogs(...args: Parameters<StoreReader["listLogs"]>): ReturnType<StoreReader["listLogs"]> {
    return this.#pool.snapshot((connection) => listLogs(connection, ...args));
  }

  listDependents(
    ...[id, page]: Parameters<StoreReader["listDependents"]>
  ): ReturnType<StoreReader["listDependents"]> {
    return this.#ofTask(id, (connection, num) => listDependents(connection, num, page));
  }

  getWorkflow(id: string): ReturnType<StoreReader["getWorkflow"]> {
    return this.#pool.use((connection) => workflows.getWorkflow(connection, id));
  }

  listWorkflows(
    ...[query, page]: Parameters<StoreReader["listWorkflows"]>
  ): ReturnType<StoreReader["listWorkflows"]> {
    return this.#pool.snapshot((connection) => workflows.listWorkflows(connection, query, page));
  }

  listWorkflowTasks(
    ...[num, page]: Parameters<StoreReader["listWorkflowTasks"]>
  ): ReturnType<StoreReader["listWorkflowTasks"]> {
    return this.#pool.use((connection) => workflows.listWorkflowTasks(connection, num, page));
  }

  listWorkflowRuns(
    ...[num, page]: Parameters<StoreReader["listWorkflowRuns"]>
  ): ReturnType<StoreReader["listWorkflowRuns"]> {
    return this.#pool.use((connection) => workflows.listWorkflowRuns(connection, num, page));
  }

  listQueues(): ReturnType<StoreReader["listQueues"]> {
    return this.#pool.use(readQueues);
  }

  queueDepths(): ReturnType<StoreReader["queueDepths"]> {
    return this.#pool.use(async (connection) =>
      (await connection.rows(DEPTHS)).flatMap(([queue, ...counts]) =>
        TASK_STATUSES.map((status, index) => ({
          queue: text(queue),
          status,
          count: integer(counts[index]),
        })).filter(({ count }) => count > 0)
      )
    );
  }

  listSchedules(): ReturnType<StoreReader["listSchedules"]> {
    return this.#pool.use(readSchedules);
  }

  getSchedule(name: string): ReturnType<StoreReader["getSchedule"]> {
    return this.#pool.use((connection) => readSchedule(connection, name));
  }

  listTicks(schedule: string, limit: number): ReturnType<StoreReader["listTicks"]> {
    return this.#pool.snapshot((connection) => readTicks(connection, schedule, limit));
  }

  readTraffic(
    ...[span]: Parameters<StoreReader["readTraffic"]>
  ): ReturnType<StoreReader["readTraffic"]> {
    return this.#pool.use((connection) => readTraffic(connection, span));
  }

  firstInLine(
    ...[bounds]: Parameters<StoreReader["firstInLine"]>
  ): ReturnType<StoreReader["firstInLine"]> {
    return this.#pool.use((connection) => firstInLine(connection, bounds));
  }

  listNodeRuns(
    ...[query]: Parameters<StoreReader["listNodeRuns"]>
  ): ReturnType<StoreReader["listNodeRuns"]> {
    return this.#pool.use((connection) => listNodeRuns(connection, query));
  }

  async close(): Promise<void> {
    await this.#turn;
    await this.#pool.close();
  }

  #ofTask<T>(
    id: string,
    work: (connection: Connection, num: number) => Promise<T>,
  ): Promise<T | null> {
    return this.#pool.snapshot(async (connection) => {
      const row = await connection.row("SELECT num FROM task_inputs WHERE id = $1", id);
      return row === undefined ? null : await work(connection, integer(row[0]));
    });
  }
}

function nothing(): void {}
