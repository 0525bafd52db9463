import { type Store, StoreBrokenError, StoreFullError, type StoreWriter } from "../port.ts";
import { integer } from "../row/column.ts";
import { Connection } from "./connection.ts";
import { Counters } from "./counters.ts";
import { DataLock } from "./data_lock.ts";
import { migrateSchema } from "./schema.ts";
import { SqliteWriter } from "./writer.ts";

export interface SqliteStoreOptions {
  /** Made, for its owner alone, where it does not exist. */
  readonly dataDir: string;
  /** The store's clock, epoch milliseconds; the system's when absent. */
  readonly now?: () => number;
  /**
   * True where the caller's process has the folder's lock already. A node holds it outside of the
   * isolate that writes, since an isolate that hangs would never let go of it.
   */
  readonly locked?: boolean;
}

/** The database's file in a data folder. */
export function databaseFile(dataDir: string): string {
  return `${dataDir}/dtask.db`;
}

/** How long a start waits for the folder: a node that is being replaced needs a moment to end. */
const LOCK_WAIT_MS = 5_000;

/**
 * WAL with FULL: a commit that was answered is on the disk. The log is taken over into the database
 * every 3,000 pages (12 MiB) instead of 1,000: a page in use is copied a third as often, and the
 * shared memory, which covers 4,062 pages, need not grow, which on a full disk would break a commit.
 */
const SETTINGS = [
  "PRAGMA journal_mode = WAL",
  "PRAGMA synchronous = FULL",
  "PRAGMA wal_autocheckpoint = 3000",
  "PRAGMA journal_size_limit = 67108864",
  "PRAGMA cache_size = -65536",
  "PRAGMA temp_store = MEMORY",
];

/**
 * Opens the store of a data folder for writing: takes the folder's lock and migrates the schema.
 *
 * @throws {StoreLockedError} When another process has the folder for longer than 5 s.
 * @throws {SchemaTooNewError} When a newer version wrote it.
 */
export async function openSqliteStore(
  { dataDir, now = Date.now, locked = false }: SqliteStoreOptions,
): Promise<Store> {
  const lock = locked ? null : await lockDataFolder(dataDir);
  try {
    const connection = new Connection({ file: databaseFile(dataDir), readOnly: false });
    try {
      for (const setting of SETTINGS) connection.exec(setting);
      await migrateSchema(connection);
      return new SqliteStore({ connection, lock, now });
    } catch (error) {
      connection.close();
      throw error;
    }
  } catch (error) {
    lock?.release();
    throw error;
  }
}

/**
 * Makes the data folder where there is none, and takes it for this process alone.
 *
 * @throws {StoreLockedError} When another process has it for longer than 5 s.
 */
export async function lockDataFolder(dataDir: string): Promise<DataLock> {
  await Deno.mkdir(dataDir, { recursive: true, mode: 0o700 });
  return await DataLock.take({ dataDir, waitMs: LOCK_WAIT_MS });
}

/** Enters as the writer of the database; those before it are fenced off from now on. */
function enterAsWriter(connection: Connection): number {
  connection.begin("IMMEDIATE");
  connection.run("UPDATE counters SET writer = writer + 1");
  const writer = writerOf(connection);
  connection.commit();
  return writer;
}

function writerOf(connection: Connection): number {
  return integer(connection.row("SELECT writer FROM counters")?.[0]);
}

interface Opened {
  readonly connection: Connection;
  readonly lock: DataLock | null;
  readonly now: () => number;
}

class SqliteStore implements Store {
  readonly shared = false;
  readonly #connection: Connection;
  readonly #lock: DataLock | null;
  readonly #writer: number;
  readonly #counters: Counters;
  readonly now: () => number;
  /** Settles with the write before: writers take turns. */
  #turn: Promise<unknown> = Promise.resolve();
  #closed = false;
  #broken: StoreBrokenError | null = null;

  constructor({ connection, lock, now }: Opened) {
    this.#connection = connection;
    this.#lock = lock;
    this.now = now;
    this.#writer = enterAsWriter(connection);
    this.#counters = new Counters(connection);
  }

  write<T>(work: (writer: StoreWriter) => Promise<T>): Promise<T> {
    const result = this.#turn.then(() => this.#transact(work));
    this.#turn = result.then(nothing, nothing);
    return result;
  }

  /** A commit either answers or fails on this machine: there is no connection to lose. */
  outcomeOf(): Promise<never> {
    return Promise.reject(new Error("the outcome of a commit is never uncertain on SQLite"));
  }

  async close(): Promise<void> {
    const before = this.#turn;
    this.#turn = before.then(() => {
      if (this.#closed) return;
      this.#closed = true;
      this.#connection.close();
      this.#lock?.release();
    });
    await this.#turn;
  }

  async #transact<T>(work: (writer: StoreWriter) => Promise<T>): Promise<T> {
    if (this.#broken) throw this.#broken;
    if (this.#closed) throw new Error(`the store "${this.#connection.file}" is closed`);
    const [connection, counters] = [this.#connection, this.#counters];
    connection.begin("IMMEDIATE");
    const writer = new SqliteWriter({ connection, counters, now: this.now() });
    try {
      this.#assertWriter();
      const value = await work(writer);
      counters.flush();
      connection.commit();
      return value;
    } catch (error) {
      this.#undo(error);
      throw error;
    } finally {
      writer.end();
    }
  }

  /** An isolate that was given up, and replaced, may come back to life: it must not write any more. */
  #assertWriter(): void {
    if (writerOf(this.#connection) === this.#writer) return;
    throw new Error(`another writer has taken over the database "${this.#connection.file}"`);
  }

  /** Rolls back. A medium that failed is not trusted with anything further. */
  #undo(error: unknown): void {
    this.#counters.rolledBack();
    if (error instanceof StoreBrokenError) this.#broken = error;
    try {
      this.#connection.rollback();
    } catch (undoError) {
      if (error instanceof StoreFullError) throw undoError;
      this.#broken ??= new StoreBrokenError("a transaction could not be rolled back", {
        cause: undoError,
      });
    }
  }
}

function nothing(): void {}
