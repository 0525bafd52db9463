import type { Store } from "../../actors/storage/port.ts";
import { openPostgresStore, type PostgresStoreOptions } from "../../actors/storage/postgres/mod.ts";
import type { PostgresServer, TestDatabase } from "./postgres_server.ts";
import type { SharedBackend } from "./shared_rig.ts";

export interface PostgresClusterOptions {
  readonly server: PostgresServer;
  /** By which URL a node writes, where that is not the database's own: through a proxy, say. */
  readonly urlOf?: (index: number, url: string) => string;
  /** Shorter ones than a node's, so that a test need not wait for what never comes. */
  readonly deadlines?: PostgresStoreOptions["deadlines"];
}

/** A database of its own in a real server, with membership as the test has it: nobody renews anything. */
export class PostgresCluster implements SharedBackend {
  readonly #server: PostgresServer;
  readonly #database: TestDatabase;
  readonly #urlOf: (index: number, url: string) => string;
  readonly #deadlines: PostgresStoreOptions["deadlines"];
  #joined = 0;

  private constructor(options: PostgresClusterOptions, database: TestDatabase) {
    this.#server = options.server;
    this.#database = database;
    this.#deadlines = options.deadlines ?? {};
    this.#urlOf = options.urlOf ?? ((_, url) => url);
  }

  static async open(options: PostgresClusterOptions): Promise<PostgresCluster> {
    const database = await options.server.createDatabase();
    const store = await openPostgresStore({ url: database.url });
    await store.close();
    return new PostgresCluster(options, database);
  }

  async join(node: string): Promise<Store> {
    const slot = this.#joined++;
    await this.#query(
      "INSERT INTO nodes (id, slot, version, address, load, methods, methods_count, methods_hash, " +
        "state, started_at, renewed_at) VALUES ($1, $2, '0', '{}', '{}', '[]', 0, '', 'active', 0, 0)",
      [node, slot],
    );
    const url = this.#urlOf(slot, this.#database.url);
    return await openPostgresStore({ url, node, deadlines: { ...this.#deadlines } });
  }

  async lead(node: string): Promise<number> {
    const [row] = await this.#query(
      "UPDATE leadership SET term = term + 1, node = $1, until = 9007199254740991 RETURNING term",
      [node],
    );
    return Number(row?.["term"]);
  }

  async lose(node: string): Promise<void> {
    await this.#query("UPDATE nodes SET state = 'lost' WHERE id = $1", [node]);
  }

  /** The database's URL for a superuser. */
  get adminUrl(): string {
    return this.#database.adminUrl;
  }

  /** True while somebody waits for a lock of somebody else. */
  async hasWaiting(): Promise<boolean> {
    const waiting = await this.#query(
      "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() " +
        "AND wait_event_type = 'Lock'",
      [],
    );
    return waiting.length > 0;
  }

  /** How many deadlocks there were, as far as the server has counted them. */
  async deadlocks(): Promise<number> {
    const [row] = await this.#query(
      "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()",
      [],
    );
    return Number(row?.["deadlocks"]);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #query(statement: string, parameters: readonly (string | number)[]) {
    return this.#server.query(statement, { database: this.#database.name, parameters });
  }
}
