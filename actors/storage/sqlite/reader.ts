import { type RunRecord, TASK_STATUSES, type TaskRecord } from "../../domain/task.ts";
import type { StoreReader, TaskQuery } from "../port.ts";
import type { SnapshotView } from "../port/explain.ts";
import { integer, oneOf, text } from "../row/column.ts";
import { Connection } from "./connection.ts";
import * as deadLetters from "./dead_letters.ts";
import { listDependents } from "./edges.ts";
import { firstInLine } from "./first_in_line.ts";
import { listNodeRuns } from "./node_runs.ts";
import { listChanges, listTasks } from "./listing.ts";
import { listLogs } from "./logs.ts";
import { readQueues } from "./queues.ts";
import { decodeRun, RUN_COLUMNS } from "./runs.ts";
import { readSchedule, readSchedules, readTicks } from "./schedules.ts";
import { assertSchema } from "./schema.ts";
import { SnapshotTurns } from "./snapshot.ts";
import { databaseFile } from "./store.ts";
import { readTraffic } from "./traffic.ts";
import { COLUMNS_WITH_TEXTS, decodeTask, TASK_TABLES } from "./task_row.ts";
import { lastSeq, walkTasks } from "./walks.ts";
import * as workflows from "./workflow_listing.ts";

export interface SqliteReaderOptions {
  readonly dataDir: string;
}

/** Opens the store of a data folder for looking only. A writer has to have opened it once before. */
export function openSqliteReader({ dataDir }: SqliteReaderOptions): Promise<StoreReader> {
  return Promise.try(() => new SqliteReader(() => openToLook(dataDir)));
}

function openToLook(dataDir: string): Connection {
  const connection = new Connection({ file: databaseFile(dataDir), readOnly: true });
  try {
    connection.exec("PRAGMA query_only = 1; PRAGMA temp_store = MEMORY");
    assertSchema(connection);
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}

const STATUSES = new Set(TASK_STATUSES);

class SqliteReader implements StoreReader {
  readonly #connection: Connection;

  readonly #snapshots: SnapshotTurns;

  constructor(open: () => Connection) {
    this.#connection = open();
    this.#snapshots = new SnapshotTurns(open);
  }

  look<T>(work: (view: SnapshotView) => Promise<T>): Promise<T> {
    return this.#snapshots.look(work);
  }

  getTasks(ids: readonly string[]): Promise<readonly (TaskRecord | null)[]> {
    return this.#look((connection) => {
      const rows = connection.rows(
        `SELECT ${COLUMNS_WITH_TEXTS} FROM json_each(?) j CROSS JOIN ${TASK_TABLES} ` +
          "WHERE t.id = j.value",
        JSON.stringify(ids),
      );
      const tasks = new Map(rows.map(decodeTask).map((task) => [task.id, task]));
      return ids.map((id) => tasks.get(id) ?? null);
    });
  }

  listTasks(
    query: TaskQuery,
    page: Parameters<StoreReader["listTasks"]>[1],
  ): ReturnType<StoreReader["listTasks"]> {
    return this.#look((connection) => listTasks(connection, query, page));
  }

  listChanges(
    query: TaskQuery,
    page: Parameters<StoreReader["listChanges"]>[1],
  ): ReturnType<StoreReader["listChanges"]> {
    return this.#look((connection) => listChanges(connection, query, page));
  }

  listDeadLetters(
    ...args: Parameters<StoreReader["listDeadLetters"]>
  ): ReturnType<StoreReader["listDeadLetters"]> {
    return this.#look((connection) => deadLetters.listDeadLetters(connection, ...args));
  }

  countDeadLetters(): ReturnType<StoreReader["countDeadLetters"]> {
    return this.#look(deadLetters.countDeadLetters);
  }

  lastSeq(): ReturnType<StoreReader["lastSeq"]> {
    return this.#look(lastSeq);
  }

  walkTasks(
    ...[query, step]: Parameters<StoreReader["walkTasks"]>
  ): ReturnType<StoreReader["walkTasks"]> {
    return this.#look((connection) => walkTasks(connection, query, step));
  }

  listRuns(id: string): Promise<readonly RunRecord[] | null> {
    return this.#lookAtTask(id, (connection) =>
      connection.rows(
        `SELECT ${RUN_COLUMNS} FROM runs ` +
          "WHERE num = (SELECT num FROM tasks WHERE id = ?) ORDER BY run",
        id,
      ).map(decodeRun));
  }

  listLogs(...args: Parameters<StoreReader["listLogs"]>): ReturnType<StoreReader["listLogs"]> {
    return this.#look((connection) => listLogs(connection, ...args));
  }

  listDependents(
    ...args: Parameters<StoreReader["listDependents"]>
  ): ReturnType<StoreReader["listDependents"]> {
    return this.#look((connection) => listDependents(connection, ...args));
  }

  getWorkflow(id: string): ReturnType<StoreReader["getWorkflow"]> {
    return this.#look((connection) => workflows.getWorkflow(connection, id));
  }

  listWorkflows(
    ...args: Parameters<StoreReader["listWorkflows"]>
  ): ReturnType<StoreReader["listWorkflows"]> {
    return this.#look((connection) => workflows.listWorkflows(connection, ...args));
  }

  listWorkflowTasks(
    ...args: Parameters<StoreReader["listWorkflowTasks"]>
  ): ReturnType<StoreReader["listWorkflowTasks"]> {
    return this.#look((connection) => workflows.listWorkflowTasks(connection, ...args));
  }

  listWorkflowRuns(
    ...args: Parameters<StoreReader["listWorkflowRuns"]>
  ): ReturnType<StoreReader["listWorkflowRuns"]> {
    return this.#look((connection) => workflows.listWorkflowRuns(connection, ...args));
  }

  listQueues(): ReturnType<StoreReader["listQueues"]> {
    return this.#look(readQueues);
  }

  queueDepths(): ReturnType<StoreReader["queueDepths"]> {
    return this.#look((connection) =>
      connection.rows("SELECT queue, status, count FROM depths WHERE count > 0").map((row) => ({
        queue: text(row[0]),
        status: oneOf(STATUSES, row[1]),
        count: integer(row[2]),
      }))
    );
  }

  listSchedules(): ReturnType<StoreReader["listSchedules"]> {
    return this.#look(readSchedules);
  }

  getSchedule(name: string): ReturnType<StoreReader["getSchedule"]> {
    return this.#look((connection) => readSchedule(connection, name));
  }

  listTicks(schedule: string, limit: number): ReturnType<StoreReader["listTicks"]> {
    return this.#look((connection) => readTicks(connection, schedule, limit));
  }

  readTraffic(
    ...[span]: Parameters<StoreReader["readTraffic"]>
  ): ReturnType<StoreReader["readTraffic"]> {
    return this.#look((connection) => readTraffic(connection, span));
  }

  firstInLine(
    ...[bounds]: Parameters<StoreReader["firstInLine"]>
  ): ReturnType<StoreReader["firstInLine"]> {
    return this.#look((connection) => firstInLine(connection, bounds));
  }

  listNodeRuns(
    ...[query]: Parameters<StoreReader["listNodeRuns"]>
  ): ReturnType<StoreReader["listNodeRuns"]> {
    return this.#look((connection) => listNodeRuns(connection, query));
  }

  async close(): Promise<void> {
    await this.#snapshots.close();
    this.#connection.close();
  }

  /** Runs queries on one snapshot, so that what they say together was true together. */
  #look<T>(work: (connection: Connection) => T): Promise<T> {
    return Promise.try(() => {
      this.#connection.begin("DEFERRED");
      try {
        return work(this.#connection);
      } finally {
        this.#connection.rollback();
      }
    });
  }

  #lookAtTask<T>(id: string, work: (connection: Connection) => T): Promise<T | null> {
    return this.#look((connection) =>
      connection.row("SELECT 1 FROM tasks WHERE id = ?", id) === undefined ? null : work(connection)
    );
  }
}
