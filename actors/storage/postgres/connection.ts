import postgres from "postgres";
import type { Column, Row } from "../row/column.ts";
import { arrayText } from "./array_text.ts";
import { translateError, unavailable } from "./errors.ts";

/** A value of a statement. What the statement casts to an array (`$1::bigint[]`) is given as one. */
export type Value = string | number | null | readonly (string | number | null)[];

export interface ConnectionOptions {
  /** `postgres://user:password@host:port/database`, with `sslmode` and `search_path` where need be. */
  readonly url: string;
  /** What the server's list of sessions shows. */
  readonly name: string;
  /** Refuses to write. */
  readonly readOnly?: boolean;
  readonly deadlines?: Partial<Deadlines>;
  /** Hears of notifications on the channels on which the connection listens. */
  readonly onNotification?: (channel: string, payload: string) => void;
}

/** Bounds of a call, in ms; the shorter ones are the server's, so that it is the first to give up. */
export interface Deadlines {
  readonly connectMs: number;
  /** Until a lock is had. */
  readonly lockMs: number;
  readonly statementMs: number;
  /** Between the statements of a transaction. */
  readonly idleMs: number;
  /** Until any answer of the server is there. */
  readonly answerMs: number;
}

export const DEADLINES: Deadlines = {
  connectMs: 5_000,
  lockMs: 500,
  statementMs: 10_000,
  idleMs: 3_000,
  answerMs: 12_000,
};

/**
 * Every access is by index, whatever the tables hold: a plan for a table that is small or unknown as yet
 * would be kept, prepared, when it has grown. So nothing but index lookups is left to choose from.
 */
const PLANS = {
  plan_cache_mode: "force_generic_plan",
  enable_seqscan: "off",
  enable_bitmapscan: "off",
  enable_hashjoin: "off",
  enable_mergejoin: "off",
  jit: "off",
};

/**
 * Prepared once a connection; a statement without parameters would otherwise go as a script. The library's
 * types do not know of `simple`.
 */
const SEND: { readonly prepare: boolean } = { prepare: true, ...{ simple: false } };

/** Options that the library's types do not know of. */
const UNTYPED: object = { sslnegotiation: null, max_pipeline: 100 };

/** 64-bit integers as numbers: times, nums and stamps stay below 2^53. */
const BIGINT = { to: 20, from: [20], serialize: String, parse: Number };

type Client = ReturnType<typeof connect>;
type Reserved = Awaited<ReturnType<Client["reserve"]>>;

/**
 * One connection with its prepared statements. Errors leave it in the port's classes, and every call has
 * a deadline. Statements that are sent without waiting are answered in their order. It never connects
 * anew: once `lost`, everything is refused, so that no statement can run outside of its transaction.
 */
export class Connection {
  /** The database as users know it, without the password. */
  readonly label: string;
  readonly #client: Client;
  readonly #session: Reserved;
  readonly #answerMs: number;
  /** Rejects what is awaited. */
  readonly #waiting = new Set<(error: unknown) => void>();
  #lost: unknown = null;

  private constructor(client: Client, session: Reserved, options: ConnectionOptions) {
    this.label = labelOf(options.url);
    this.#client = client;
    this.#session = session;
    this.#answerMs = options.deadlines?.answerMs ?? DEADLINES.answerMs;
  }

  /**
   * Connects.
   *
   * @throws {StoreUnavailableError} When there is no server, or it lets nobody in.
   */
  static async open(options: ConnectionOptions): Promise<Connection> {
    const label = labelOf(options.url);
    const closed = Promise.withResolvers<void>();
    const client = connect(options, () => closed.resolve());
    try {
      const connectMs = options.deadlines?.connectMs ?? DEADLINES.connectMs;
      const session = await within(
        reserve(client),
        connectMs + 1_000,
        () => unavailable(label, "it does not answer"),
      );
      const connection = new Connection(client, session, options);
      closed.promise.then(() => connection.#lose(unavailable(label, "the connection was lost")));
      return connection;
    } catch (error) {
      end(client);
      throw translateError(error, label).error;
    }
  }

  /** True once the connection can't be used any more. */
  get lost(): boolean {
    return this.#lost !== null;
  }

  /** All rows of a query, or of what a statement returns. */
  async rows(sql: string, ...values: readonly Value[]): Promise<readonly Row[]> {
    return await this.#send(sql, values);
  }

  /** The first row of a query. */
  async row(sql: string, ...values: readonly Value[]): Promise<Row | undefined> {
    return (await this.#send(sql, values))[0];
  }

  /** Writes; answers how many rows changed. */
  async run(sql: string, ...values: readonly Value[]): Promise<number> {
    return (await this.#send(sql, values)).count;
  }

  /** Runs a command without parameters; answers which one the server says it was. */
  async command(sql: string): Promise<string> {
    return (await this.#send(sql, [])).command;
  }

  /** Runs a script of several statements. */
  async exec(sql: string): Promise<void> {
    await this.#guard(this.#session.unsafe(sql).simple());
  }

  /** Ends the connection; what is under way on it is refused. */
  close(): Promise<void> {
    this.#lose(new Error(`the connection to ${this.label} is closed`));
    return Promise.resolve();
  }

  async #send(sql: string, values: readonly Value[]): Promise<Answer> {
    const parameters = values.map((value) => Array.isArray(value) ? arrayText(value) : value);
    if (this.#lost !== null) throw this.#lost;
    return await this.#guard(
      this.#session.unsafe(sql, parameters as string[], SEND).values(),
    );
  }

  /**
   * Waits for an answer, until the connection is lost. Each wait has a promise of its own: one that all of
   * them raced against would keep every answer for as long as the connection lasts.
   */
  async #guard<T>(answer: PromiseLike<T>): Promise<T> {
    if (this.#lost !== null) throw this.#lost;
    const { promise: gone, reject } = Promise.withResolvers<never>();
    this.#waiting.add(reject);
    const timer = setTimeout(
      () => this.#lose(unavailable(this.label, `no answer within ${this.#answerMs} ms`)),
      this.#answerMs,
    );
    try {
      return await Promise.race([answer, gone]);
    } catch (error) {
      const { error: translated, isConnectionLost } = translateError(error, this.label);
      if (isConnectionLost) this.#lose(translated);
      throw translated;
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(reject);
    }
  }

  #lose(error: unknown): void {
    if (this.#lost !== null) return;
    this.#lost = error;
    for (const reject of this.#waiting) reject(error);
    end(this.#client);
  }
}

/** What the client library answers: rows as arrays, with what the server said of them. */
interface Answer extends ReadonlyArray<readonly Column[]> {
  readonly count: number;
  readonly command: string;
}

/**
 * A client of one connection. Everything is said that the library would otherwise look up in the
 * environment, which its isolate may not read, but for `PGAPPNAME`.
 */
function connect(
  { url, name, readOnly = false, deadlines, onNotification }: ConnectionOptions,
  onclose: () => void,
) {
  const { connectMs, lockMs, statementMs, idleMs } = { ...DEADLINES, ...deadlines };
  const { password, searchParams } = new URL(url);
  return postgres(url, {
    pass: () => decodeURIComponent(password),
    ssl: sslOf(searchParams.get("sslmode")),
    ...UNTYPED,
    ...(onNotification && { onnotify: onNotification }),
    target_session_attrs: "primary",
    publications: "",
    debug: false,
    prepare: true,
    backoff: false,
    keep_alive: 60,
    max: 1,
    idle_timeout: 0,
    max_lifetime: null,
    connect_timeout: connectMs / 1_000,
    // Its own table of array types would cost a query a connection: arrays are given as texts.
    fetch_types: false,
    types: { bigint: BIGINT },
    onclose,
    onnotice: () => {},
    connection: {
      application_name: name,
      statement_timeout: statementMs,
      lock_timeout: lockMs,
      idle_in_transaction_session_timeout: idleMs,
      ...(readOnly ? { default_transaction_read_only: true } : {}),
      ...PLANS,
    },
  });
}

/** The session itself. With a first query, because the library forgets who only wants to reserve. */
async function reserve(client: Client): Promise<Reserved> {
  await client.unsafe("SELECT 1");
  return await client.reserve();
}

/** How the connection is encrypted, by the word of the URL. */
function sslOf(mode: string | null): "prefer" | "require" | "verify-full" | false {
  if (mode === null || mode === "disable") return false;
  if (mode === "prefer" || mode === "require" || mode === "verify-full") return mode;
  throw new Error(
    `Cannot use the database URL: sslmode is "${mode}", and has to be disable, prefer, require or ` +
      "verify-full",
  );
}

/** Closes at once; there is nobody left to tell when that fails. */
function end(client: Client): void {
  client.end({ timeout: 0 }).catch(() => {});
}

/** Rejects with what `late` gives when `promise` takes longer than `ms`. */
async function within<T>(promise: Promise<T>, ms: number, late: () => unknown): Promise<T> {
  const { promise: deadline, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(late()), ms);
  try {
    return await Promise.race([promise, deadline]);
  } finally {
    clearTimeout(timer);
  }
}

/** The host, port and database of a URL. */
export function labelOf(url: string): string {
  const { hostname, port, pathname } = new URL(url);
  return `PostgreSQL at ${hostname || "localhost"}:${port || "5432"}${
    decodeURIComponent(pathname)
  }`;
}
