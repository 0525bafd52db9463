import {
  type Store,
  StoreFencedError,
  StoreUnavailableError,
  StoreUncertainError,
  type StoreWriter,
} from "../port.ts";
import { integerOrNull, real, text, textOrNull } from "../row/column.ts";
import { Connection, type Deadlines } from "./connection.ts";
import { Counters } from "./counters.ts";
import { migrateSchema } from "./schema.ts";
import { ServerClock } from "./server_clock.ts";
import { Stamps } from "./stamps.ts";
import type { Transaction } from "./transaction.ts";
import { PostgresWriter } from "./writer.ts";

export interface PostgresStoreOptions {
  readonly url: string;
  /**
   * The incarnation that writes, a member of the cluster: once it is none any more, nothing is written.
   * Absent for what writes while no node runs.
   */
  readonly node?: string;
  readonly deadlines?: Partial<Deadlines>;
}

/**
 * Opens the store for writing: connects, and migrates the schema.
 *
 * @throws {StoreUnavailableError} When there is no server, or it lets nobody in.
 * @throws {SchemaTooNewError} When a newer version has changed the schema beyond what this one can use.
 */
export async function openPostgresStore(options: PostgresStoreOptions): Promise<Store> {
  const connection = await connect(options);
  try {
    await migrateSchema(connection);
    const store = new PostgresStore(options, connection);
    await store.start();
    return store;
  } catch (error) {
    await connection.close();
    throw error;
  }
}

function connect({ url, deadlines }: PostgresStoreOptions): Promise<Connection> {
  return Connection.open({ url, name: "dtask writer", ...(deadlines && { deadlines }) });
}

const CLOCK = "(extract(epoch FROM clock_timestamp()) * 1000)::double precision";
/**
 * The time, the transaction's id and the node's slot, which is null where it is no member. Whoever
 * declares the node lost waits for the lock, or is there first.
 */
const BEGIN_AS_NODE = `SELECT ${CLOCK}, pg_current_xact_id()::text, (SELECT n.slot FROM nodes n ` +
  "WHERE n.id = $1 AND n.state IN ('active', 'suspect') FOR KEY SHARE)";
const BEGIN_ALONE = `SELECT ${CLOCK}, pg_current_xact_id()::text, 0`;

/** How often, and for how long, the outcome of a commit is asked for while the server does not know it. */
const OUTCOME_EVERY_MS = 250;
const OUTCOME_TRIES = 60;

class PostgresStore implements Store {
  readonly shared = true;
  readonly #options: PostgresStoreOptions;
  readonly #clock = new ServerClock();
  #connection: Connection;
  /** Settles with the write before: writers take turns. */
  #turn: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(options: PostgresStoreOptions, connection: Connection) {
    this.#options = options;
    this.#connection = connection;
  }

  /** Looks at the clock for the first time. */
  async start(): Promise<void> {
    this.#clock.look(real((await this.#connection.row(`SELECT ${CLOCK}`))?.[0]));
  }

  now(): number {
    return this.#clock.now();
  }

  write<T>(work: (writer: StoreWriter) => Promise<T>): Promise<T> {
    const result = this.#turn.then(() => this.#transact(work));
    this.#turn = result.then(nothing, nothing);
    return result;
  }

  async outcomeOf({ transaction }: StoreUncertainError): Promise<"committed" | "aborted"> {
    const connection = await connect(this.#options);
    try {
      for (let tries = 1; tries <= OUTCOME_TRIES; tries++) {
        const status = await statusOf(connection, transaction);
        if (status !== "in progress") return status;
        // The server has yet to notice that the connection is gone.
        await new Promise((resolve) => setTimeout(resolve, OUTCOME_EVERY_MS));
      }
      throw new StoreUnavailableError(
        `Cannot tell the outcome of transaction ${transaction}: it is still under way`,
      );
    } finally {
      await connection.close();
    }
  }

  async close(): Promise<void> {
    const before = this.#turn;
    this.#turn = before.then(async () => {
      this.#closed = true;
      await this.#connection.close();
    });
    await this.#turn;
  }

  async #transact<T>(work: (writer: StoreWriter) => Promise<T>): Promise<T> {
    if (this.#closed) throw new Error(`the store at ${this.#connection.label} is closed`);
    if (this.#connection.lost) this.#connection = await connect(this.#options);
    const connection = this.#connection;
    let writer: PostgresWriter | null = null;
    try {
      const tx = await this.#begin(connection);
      writer = new PostgresWriter(tx);
      const value = await work(writer);
      await tx.counters.flush();
      await commit(tx);
      return value;
    } catch (error) {
      await rollback(connection);
      throw error;
    } finally {
      writer?.end();
    }
  }

  async #begin(connection: Connection): Promise<Transaction> {
    const { node } = this.#options;
    const [, row] = await Promise.all([
      connection.run("BEGIN"),
      node === undefined ? connection.row(BEGIN_ALONE) : connection.row(BEGIN_AS_NODE, node),
    ]);
    const [now, id, slot] = [real(row?.[0]), text(row?.[1]), integerOrNull(row?.[2])];
    this.#clock.look(now);
    if (slot === null) {
      throw new StoreFencedError(
        `Cannot write: node ${node} is no member of the cluster any more, its runs were given to others`,
      );
    }
    return {
      connection,
      counters: new Counters(connection, slot),
      stamps: new Stamps(Number(id)),
      id,
      now: Math.floor(now),
    };
  }
}

/** What became of a transaction, by its id. */
async function statusOf(
  connection: Connection,
  id: string,
): Promise<"committed" | "aborted" | "in progress"> {
  const row = await connection.row("SELECT pg_xact_status($1::xid8)", id);
  const status = textOrNull(row?.[0]);
  if (status === "committed" || status === "aborted" || status === "in progress") return status;
  throw new Error(`the database does not know any more what became of transaction ${id}`);
}

async function commit({ connection, id }: Transaction): Promise<void> {
  let command;
  try {
    command = await connection.command("COMMIT");
  } catch (error) {
    if (!connection.lost) throw error;
    throw new StoreUncertainError(
      `The answer to a commit was lost, whose outcome is unknown: ${String(error)}`,
      { transaction: id, cause: error },
    );
  }
  // What the server says when a statement had failed and somebody went on all the same.
  if (command !== "COMMIT") {
    throw new Error("a transaction was committed in which a statement had failed");
  }
}

/** Ends the transaction without its writes. Where that fails, the connection is lost, and it with it. */
async function rollback(connection: Connection): Promise<void> {
  if (connection.lost) return;
  try {
    await connection.run("ROLLBACK");
  } catch {
    await connection.close();
  }
}

function nothing(): void {}
