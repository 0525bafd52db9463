import { StoreUnavailableError } from "../port.ts";
import { assertSchema } from "./schema.ts";
import { Connection, type ConnectionOptions } from "./connection.ts";

/** How many reads a node asks for at a time. */
const CONNECTIONS_MAX = 4;

/** How long a read waits for a connection, when all are in use, in ms. */
const WAIT_MS = 6_000;

/** A read that waits for its turn. */
interface Waiting {
  readonly take: () => void;
  readonly timer: ReturnType<typeof setTimeout>;
}

/**
 * A few connections that only look. They are made when needed, and lost ones are replaced by the next
 * read that needs one, so that a database that is away is asked for no more than clients ask.
 */
export class ReaderPool {
  readonly #options: ConnectionOptions;
  readonly #idle: Connection[] = [];
  readonly #waiting: Waiting[] = [];
  #inUse = 0;
  #closed = false;

  constructor(options: ConnectionOptions) {
    this.#options = { ...options, readOnly: true };
  }

  /**
   * Runs `work` on a connection of its own: for queries of which each stands for itself.
   *
   * @throws {StoreUnavailableError} When the database is away, or all connections are in use for long.
   */
  async use<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    await this.#enter();
    try {
      const connection = await this.#connect();
      try {
        return await work(connection);
      } finally {
        this.#giveBack(connection);
      }
    } finally {
      this.#leave();
    }
  }

  /** Runs `work` on one snapshot, so that what its queries say together was true together. */
  snapshot<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    return this.use(async (connection) => {
      // Not waited for: the answers come in order, and its error is that of the query behind it.
      connection.exec("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").catch(nothing);
      try {
        return await work(connection);
      } finally {
        if (!connection.lost) await connection.exec("ROLLBACK");
      }
    });
  }

  /** Ends all connections; reads that are under way fail, and there are no further ones. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const { take, timer } of this.#waiting.splice(0)) {
      clearTimeout(timer);
      take();
    }
    await Promise.all(this.#idle.splice(0).map((connection) => connection.close()));
  }

  /** Waits until one more read may be under way. */
  async #enter(): Promise<void> {
    this.#assertOpen();
    if (this.#inUse < CONNECTIONS_MAX) {
      this.#inUse++;
      return;
    }
    const turn = Promise.withResolvers<void>();
    const timer = setTimeout(() => {
      this.#waiting.splice(this.#waiting.findIndex((one) => one.timer === timer), 1);
      turn.reject(
        new StoreUnavailableError(
          `Cannot read: no connection to the database was free within ${WAIT_MS} ms; try again later`,
        ),
      );
    }, WAIT_MS);
    this.#waiting.push({ take: turn.resolve, timer });
    await turn.promise;
    this.#assertOpen();
  }

  /** Hands the place on, or frees it. */
  #leave(): void {
    const next = this.#waiting.shift();
    if (next === undefined) {
      this.#inUse--;
      return;
    }
    clearTimeout(next.timer);
    next.take();
  }

  async #connect(): Promise<Connection> {
    for (let idle = this.#idle.pop(); idle !== undefined; idle = this.#idle.pop()) {
      if (!idle.lost) return idle;
    }
    const connection = await Connection.open(this.#options);
    try {
      await assertSchema(connection);
      return connection;
    } catch (error) {
      await connection.close();
      throw error;
    }
  }

  #giveBack(connection: Connection): void {
    if (connection.lost) return;
    if (this.#closed) void connection.close();
    else this.#idle.push(connection);
  }

  #assertOpen(): void {
    if (this.#closed) throw new StoreUnavailableError("Cannot read: the store is closed");
  }
}

function nothing(): void {}
