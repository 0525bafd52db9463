/** A real PostgreSQL of a test's own: started, killed, restarted and removed with all its data. */
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import postgres from "postgres";
import { freePort } from "./free_port.ts";
import { OrphanGuard } from "./orphan_guard.ts";
import { copyPostgres } from "./postgres_binaries.ts";
import { PostgresPrograms, postgresUser } from "./postgres_programs.ts";

export interface PostgresOptions {
  /** False where no test cuts the machine's power: faster. True when absent. */
  readonly fsync?: boolean;
  /** Further settings by their names in `postgresql.conf`. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** A database for one test. */
export interface TestDatabase {
  readonly name: string;
  /** As an ordinary user, who owns the database and nothing else. */
  readonly url: string;
  /** The same database as a superuser. */
  readonly adminUrl: string;
}

const ADMIN = "postgres";
/** The owner of all databases for tests. */
const OWNER = "dtask";
const CONNECTIONS_MAX = 200;

/**
 * Starts a server on a port of the loopback interface. One is enough for all tests of a file, each with
 * a database of its own:
 *
 *     const server = await startPostgres({ fsync: false });
 *     Deno.test.afterAll(() => server.stop());
 */
export async function startPostgres(options: PostgresOptions = {}): Promise<PostgresServer> {
  const folder = await Deno.makeTempDir({ prefix: "dtask-postgres-" });
  const user = postgresUser();
  const programs = new PostgresPrograms({ binaries: join(folder, "program", "bin"), folder, user });
  const guard = new OrphanGuard({ pidFile: programs.pidFile, folder });
  try {
    if (user !== undefined) await Deno.chown(folder, user.uid, user.gid);
    await copyPostgres(join(folder, "program"), user);
    const password = randomBytes(16).toString("hex");
    const port = freePort();
    await programs.initialize(ADMIN, password);
    await programs.configure(settingsOf(port, options));
    await programs.start();
    const server = new PostgresServer({ programs, guard, folder, port, password });
    await server.query(`CREATE ROLE ${OWNER} LOGIN PASSWORD '${password}'`);
    return server;
  } catch (error) {
    await programs.kill();
    await Deno.remove(folder, { recursive: true });
    await guard.release();
    throw error;
  }
}

function settingsOf(port: number, { fsync = true, settings = {} }: PostgresOptions) {
  return {
    port: String(port),
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    max_connections: String(CONNECTIONS_MAX),
    fsync: fsync ? "on" : "off",
    ...settings,
  };
}

interface ServerParts {
  readonly programs: PostgresPrograms;
  readonly guard: OrphanGuard;
  readonly folder: string;
  readonly port: number;
  readonly password: string;
}

/** A running server. Leaving its scope (`await using`) stops it and removes its data. */
export class PostgresServer implements AsyncDisposable {
  readonly port: number;
  readonly #programs: PostgresPrograms;
  readonly #guard: OrphanGuard;
  readonly #folder: string;
  readonly #password: string;
  #databases = 0;
  #stopped = false;

  constructor({ programs, guard, folder, port, password }: ServerParts) {
    this.port = port;
    this.#programs = programs;
    this.#guard = guard;
    this.#folder = folder;
    this.#password = password;
  }

  /** Makes a new, empty database. */
  async createDatabase(): Promise<TestDatabase> {
    const name = `test_${++this.#databases}`;
    await this.query(`CREATE DATABASE ${name} OWNER ${OWNER}`);
    return { name, url: this.#url(OWNER, name), adminUrl: this.#url(ADMIN, name) };
  }

  /** Runs one statement as a superuser, in the database `postgres` unless told otherwise. */
  async query(
    statement: string,
    { database = ADMIN, parameters = [] }: {
      readonly database?: string;
      readonly parameters?: readonly (string | number)[];
    } = {},
  ): Promise<readonly Readonly<Record<string, unknown>>[]> {
    // Without `fetch_types` it would ask for types first, and not catch what goes wrong with that.
    const sql = postgres(this.#url(ADMIN, database), {
      max: 1,
      fetch_types: false,
      onnotice: () => {},
    });
    try {
      return [...await sql.unsafe(statement, [...parameters])];
    } finally {
      // In order it would wait for ever for a connection that was cut.
      await sql.end({ timeout: 0 });
    }
  }

  /** Cuts all connections to a database from the server's side; gives how many there were. */
  async terminateConnections(database: string): Promise<number> {
    const rows = await this.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1",
      { parameters: [database] },
    );
    return rows.length;
  }

  /** `kill -9` of the server's processes. `start` brings it back with what was committed. */
  async kill(): Promise<void> {
    await this.#programs.kill();
  }

  /** Starts it again on the same port after `kill` or `halt`. */
  async start(): Promise<void> {
    await this.#programs.start();
  }

  /** Stops it in order and keeps its data. */
  async halt(): Promise<void> {
    await this.#programs.stop("fast");
  }

  /** What it logged so far. */
  log(): string {
    return this.#programs.log();
  }

  /** Stops it for good and removes its data. */
  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    // Of a commit that a test holds up, no order would come to an end.
    if (this.#programs.pid() !== null) await this.#programs.stop("immediate");
    await Deno.remove(this.#folder, { recursive: true });
    await this.#guard.release();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #url(user: string, database: string): string {
    return `postgres://${user}:${this.#password}@127.0.0.1:${this.port}/${database}`;
  }
}
