import {
  type Store,
  StoreConflictError,
  StoreFencedError,
  StoreUnavailableError,
  StoreUncertainError,
  type StoreWriter,
  type WriteOptions,
} from "../port.ts";
import { integer, integerOrNull, real, text } from "../row/column.ts";
import { CommitMark } from "./commit_mark.ts";
import { Connection, type Deadlines } from "./connection.ts";
import { Counters } from "./counters.ts";
import { HeldQueues } from "./held_queues.ts";
import { LiveVacuum } from "./live_vacuum.ts";
import { migrateSchema } from "./schema.ts";
import { ServerClock } from "./server_clock.ts";
import { raiseStamps, STAMP_BASE, Stamps } from "./stamps.ts";
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
  /** After how many claims the live tasks are vacuumed; for tests, which have few. */
  readonly vacuumClaims?: number;
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
    // A node's start opens the store once without a node, before any actor needs it.
    if (options.node === undefined) await raiseStamps(connection);
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

/** A vacuum of many live tasks, and no answer before its end. */
const VACUUM_MS = { statementMs: 600_000, answerMs: 610_000 };

const CLOCK = "(extract(epoch FROM clock_timestamp()) * 1000)::double precision";
/**
 * The time, the transaction's id, the base of stamps and the node's slot, which is null where it is no
 * member. Whoever declares the node lost waits for the lock, or is there first.
 */
const BEGIN_AS_NODE = `SELECT ${CLOCK}, pg_current_xact_id()::text, ${STAMP_BASE}, ` +
  "(SELECT n.slot FROM nodes n WHERE n.id = $1 AND n.state IN ('active', 'suspect') FOR KEY SHARE)";
/** Long enough for the locks of commits that go on, on a machine that is not busy. */
const HURRY = "SET LOCAL lock_timeout = 25";
const BEGIN_ALONE = `SELECT ${CLOCK}, pg_current_xact_id()::text, ${STAMP_BASE}, 0`;

class PostgresStore implements Store {
  readonly shared = true;
  readonly #options: PostgresStoreOptions;
  readonly #clock = new ServerClock();
  readonly #vacuum: LiveVacuum;
  readonly #mark: CommitMark;
  readonly #heldQueues = new HeldQueues(() => performance.now());
  #connection: Connection;
  /** Settles with the write before: writers take turns. */
  #turn: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(options: PostgresStoreOptions, connection: Connection) {
    this.#options = options;
    this.#connection = connection;
    const { url, vacuumClaims } = options;
    this.#vacuum = new LiveVacuum({
      connect: () => Connection.open({ url, name: "dtask vacuum", deadlines: VACUUM_MS }),
      ...(vacuumClaims !== undefined && { claims: vacuumClaims }),
    });
    this.#mark = new CommitMark(options.node ?? `alone ${crypto.randomUUID()}`);
  }

  /** Looks at the clock for the first time. */
  async start(): Promise<void> {
    await this.#mark.open(this.#connection);
    this.#clock.look(real((await this.#connection.row(`SELECT ${CLOCK}`))?.[0]));
  }

  now(): number {
    return this.#clock.now();
  }

  write<T>(
    work: (writer: StoreWriter) => Promise<T>,
    { hurried = false }: WriteOptions = {},
  ): Promise<T> {
    const result = this.#turn.then(() => this.#transact(work, hurried));
    this.#turn = result.then(nothing, nothing);
    return result;
  }

  async outcomeOf({ transaction }: StoreUncertainError): Promise<"committed" | "aborted"> {
    const connection = await connect(this.#options);
    try {
      return await this.#mark.stands(connection, transaction) ? "committed" : "aborted";
    } catch (error) {
      if (!(error instanceof StoreConflictError)) throw error;
      // The server has yet to notice that the connection is gone.
      throw new StoreUnavailableError(
        `Cannot tell the outcome of a commit: its transaction is still under way`,
        { cause: error },
      );
    } finally {
      await connection.close();
    }
  }

  async close(): Promise<void> {
    const before = this.#turn;
    this.#turn = before.then(async () => {
      this.#closed = true;
      await this.#vacuum.close();
      await this.#forget();
      await this.#connection.close();
    });
    await this.#turn;
  }

  /** A node's mark stays until the node is forgotten: its next scheduler may go by it. */
  async #forget(): Promise<void> {
    if (this.#options.node !== undefined || this.#connection.lost) return;
    try {
      await this.#mark.close(this.#connection);
    } catch {
      // A row that nobody looks at stays behind.
    }
  }

  async #transact<T>(
    work: (writer: StoreWriter) => Promise<T>,
    hurried: boolean,
  ): Promise<T> {
    if (this.#closed) throw new Error(`the store at ${this.#connection.label} is closed`);
    if (this.#connection.lost) this.#connection = await connect(this.#options);
    const connection = this.#connection;
    let writer: PostgresWriter | null = null;
    try {
      const tx = await this.#begin(connection, hurried);
      writer = new PostgresWriter(tx);
      const value = await work(writer);
      await tx.counters.flush();
      await commit(tx);
      this.#vacuum.claimed(tx.counters.claimed);
      return value;
    } catch (error) {
      await rollback(connection);
      throw error;
    } finally {
      writer?.end();
    }
  }

  async #begin(connection: Connection, hurried: boolean): Promise<Transaction> {
    const { node } = this.#options;
    const mark = this.#mark.next();
    const [, , row] = await Promise.all([
      connection.run("BEGIN"),
      hurried ? connection.run(HURRY) : null,
      node === undefined ? connection.row(BEGIN_ALONE) : connection.row(BEGIN_AS_NODE, node),
      this.#mark.set(connection, mark),
    ]);
    const [now, id, base] = [real(row?.[0]), text(row?.[1]), integer(row?.[2])];
    const slot = integerOrNull(row?.[3]);
    this.#clock.look(now);
    if (slot === null) {
      throw new StoreFencedError(
        `Cannot write: node ${node} is no member of the cluster any more, its runs were given to others`,
      );
    }
    return {
      connection,
      counters: new Counters(connection, slot),
      stamps: new Stamps(Number(id), base),
      hurried,
      heldQueues: this.#heldQueues,
      mark,
      now: Math.floor(now),
    };
  }
}

async function commit({ connection, mark }: Transaction): Promise<void> {
  let command;
  try {
    command = await connection.command("COMMIT");
  } catch (error) {
    if (!connection.lost) throw error;
    throw new StoreUncertainError(
      `The answer to a commit was lost, whose outcome is unknown: ${String(error)}`,
      { transaction: mark, cause: error },
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
