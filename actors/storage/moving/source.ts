import { createHash } from "node:crypto";
import { basename, dirname, join, resolve } from "node:path";
import { integer, type Row } from "../row/column.ts";
import { Connection } from "../sqlite/connection.ts";
import { DataLock } from "../sqlite/data_lock.ts";
import { assertSchema } from "../sqlite/schema.ts";
import { databaseFile } from "../sqlite/store.ts";
import { type Cell, convertRow, type MovedTable, sourceQuery } from "./moved_table.ts";

/** The numbers that SQLite gave out last. */
export interface Horizons {
  readonly taskNum: number;
  readonly workflowNum: number;
  readonly seq: number;
  readonly tombstone: number;
}

/**
 * A database of SQLite as of one moment. Its data folder is this process's alone for as long as it is
 * open, and nothing in it changes.
 */
export class SqliteSource {
  readonly file: string;
  readonly #connection: Connection;
  readonly #lock: DataLock | null;

  private constructor(connection: Connection, lock: DataLock | null) {
    this.file = connection.file;
    this.#connection = connection;
    this.#lock = lock;
  }

  /**
   * Opens a data folder, its database file, or a backup.
   *
   * @throws {StoreLockedError} When a node is running on the folder.
   * @throws {SchemaTooNewError} When a newer version wrote it.
   */
  static async open(path: string): Promise<SqliteSource> {
    const file = await fileOf(path);
    // A backup has no folder of its own to lock; nobody writes to it.
    const isFolder = basename(file) === basename(databaseFile(""));
    const lock = isFolder ? await DataLock.take({ dataDir: dirname(file), waitMs: 0 }) : null;
    try {
      const connection = new Connection({ file, readOnly: true });
      try {
        assertSchema(connection);
        connection.begin("DEFERRED");
        const source = new SqliteSource(connection, lock);
        // With the first read the moment is fixed.
        source.horizons();
        return source;
      } catch (error) {
        connection.close();
        throw error;
      }
    } catch (error) {
      lock?.release();
      throw error;
    }
  }

  horizons(): Horizons {
    const row = this.#connection.row(
      "SELECT task_num, workflow_num, seq, tombstone_horizon FROM counters",
    );
    const [taskNum, workflowNum, seq, tombstone] = [0, 1, 2, 3].map((at) => integer(row?.[at]));
    return {
      taskNum: taskNum ?? 0,
      workflowNum: workflowNum ?? 0,
      seq: seq ?? 0,
      tombstone: tombstone ?? 0,
    };
  }

  /** What tells whether two sources are the same, unchanged: every start of a node changes it. */
  fingerprint(): string {
    const facts = [
      "SELECT * FROM counters",
      "SELECT num, id, created_at, seq FROM tasks ORDER BY num LIMIT 1",
      "SELECT num, id, created_at, seq FROM tasks ORDER BY num DESC LIMIT 1",
      "SELECT num, id, created_at, status FROM workflows ORDER BY num DESC LIMIT 1",
    ].map((sql) => this.#connection.row(sql) ?? null);
    return createHash("sha256").update(JSON.stringify(facts)).digest("hex");
  }

  count({ source }: MovedTable): number {
    return integer(this.#connection.row(`SELECT count(*) FROM ${source}`)?.[0]);
  }

  /** Every row of a table after a key, in order; null: from the first. Held in memory one by one. */
  *rows(table: MovedTable, after: readonly Cell[] | null): Generator<readonly Cell[]> {
    const sql = sourceQuery(table, { fromStart: after === null });
    const found: Iterable<Row> = this.#connection.each(sql, ...after ?? []);
    for (const row of found) yield convertRow(table, row);
  }

  close(): void {
    this.#connection.rollback();
    this.#connection.close();
    this.#lock?.release();
  }
}

async function fileOf(path: string): Promise<string> {
  const given = resolve(path);
  try {
    const { isDirectory } = await Deno.stat(given);
    const file = isDirectory ? join(given, basename(databaseFile(""))) : given;
    return isDirectory && !(await Deno.stat(file)).isFile ? given : file;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new Error(
      `Cannot move "${path}": there is no database; name a node's data folder or a backup`,
      { cause: error },
    );
  }
}
