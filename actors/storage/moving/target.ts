import { LEASE } from "../../domain/lease.ts";
import { Connection, type Deadlines, type Value } from "../postgres/connection.ts";
import { migrateSchema } from "../postgres/schema.ts";
import { raiseStamps } from "../postgres/stamps.ts";
import { StoreConflictError } from "../port.ts";
import { integer, text } from "../row/column.ts";
import {
  type Cell,
  cell,
  insertStatement,
  keyOf,
  MOVED_TABLES,
  type MovedTable,
  targetQuery,
} from "./moved_table.ts";
import type { Horizons } from "./source.ts";

/** Generous, where no node waits: a batch is a few MiB, and an index over millions of rows is read. */
const DEADLINES = {
  lockMs: 10_000,
  statementMs: 300_000,
  idleMs: 60_000,
  answerMs: 310_000,
} as const;

/** Epoch ms of the database's clock. */
const NOW = "(extract(epoch FROM clock_timestamp()) * 1000)::bigint";

/**
 * Takes the right to migrate, which ends with the connection. It is waited for, as long as for any lock:
 * the server may have yet to notice that the one before was killed.
 */
const LOCK = "SELECT pg_advisory_lock(hashtext('dtask.moving'), 0)::text";

/** What is known of a source. */
export interface SourceFacts {
  readonly label: string;
  readonly fingerprint: string;
}

export interface BeginOptions extends SourceFacts {
  /** Discards what an unfinished migration has brought. */
  readonly restart: boolean;
}

/** How a migration finds its target; `report` is the text that `finish` was given. */
export type Beginning =
  | { readonly kind: "new" }
  | { readonly kind: "resumed" }
  | { readonly kind: "finished"; readonly report: string };

/** How far a table has come. */
export interface TableProgress {
  /** The key of the last row that is there; null where none is. */
  readonly after: readonly Cell[] | null;
  readonly rows: number;
}

/** A database of PostgreSQL that gets everything, and lets no node in before it has. */
export class PostgresTarget {
  readonly label: string;
  readonly #connection: Connection;

  private constructor(connection: Connection) {
    this.label = connection.label;
    this.#connection = connection;
  }

  /**
   * Connects, brings the schema up to date and keeps other migrations out.
   *
   * @throws {StoreUnavailableError} When there is no server, or it lets nobody in.
   * @throws {SchemaTooNewError} When a newer version has been there.
   */
  static async open(url: string, deadlines?: Partial<Deadlines>): Promise<PostgresTarget> {
    const connection = await Connection.open({
      url,
      name: "dtask migrate",
      deadlines: { ...DEADLINES, ...deadlines },
    });
    try {
      await migrateSchema(connection);
      await lock(connection);
      // What is lost of the last moments before a crash is copied again; the end is waited for.
      await connection.exec("SET synchronous_commit = off");
      return new PostgresTarget(connection);
    } catch (error) {
      await connection.close();
      throw error;
    }
  }

  /** Closes the target to nodes, or refuses it: it has to be empty, or to have a part of this source. */
  begin({ restart, ...source }: BeginOptions): Promise<Beginning> {
    return this.#transaction(async () => {
      // Who is joining has joined before this, or waits for it, and then sees the row of `moving`.
      await this.#connection.exec("LOCK TABLE nodes IN SHARE ROW EXCLUSIVE MODE");
      const row = await this.#connection.row("SELECT source, fingerprint, report FROM moving");
      if (row === undefined) return await this.#beginNew(source);
      const [from, fingerprint, report = null] = row;
      if (report !== null) {
        if (fingerprint === source.fingerprint) return { kind: "finished", report: text(report) };
        throw this.#refusal(`everything from ${from} was moved into it already`);
      }
      if (restart) {
        await this.#empty();
        return await this.#beginNew(source);
      }
      if (fingerprint === source.fingerprint) return { kind: "resumed" };
      throw new Error(
        `Cannot move into ${this.label}: a migration from ${from} is not finished, and ` +
          `${source.label} is another database, or was changed since; name the same one as ` +
          "before, or begin anew with --restart",
      );
    });
  }

  async progress({ name }: MovedTable): Promise<TableProgress> {
    const row = await this.#connection.row(
      "SELECT after, rows FROM moving_tables WHERE name = $1",
      name,
    );
    if (row === undefined) return { after: null, rows: 0 };
    return { after: JSON.parse(text(row[0])), rows: integer(row[1]) };
  }

  /** Writes rows that follow those before them, and how far that is, in one transaction. */
  async append(table: MovedTable, rows: readonly (readonly Cell[])[]): Promise<void> {
    const [last, width] = [rows.at(-1), rows[0]?.length ?? 0];
    if (last === undefined) return;
    const columns: Value[] = Array.from(
      { length: width },
      (_, at) => rows.map((row) => row[at] ?? null),
    );
    const after = JSON.stringify(keyOf(table, last));
    await this.#transaction(() =>
      Promise.all([
        this.#connection.run(insertStatement(table), ...columns),
        this.#connection.run(
          "INSERT INTO moving_tables AS m (name, after, rows) VALUES ($1, $2, $3) " +
            "ON CONFLICT (name) DO UPDATE SET after = excluded.after, rows = m.rows + excluded.rows",
          ...[table.name, after, rows.length],
        ),
      ])
    );
  }

  /** Up to `limit` rows of a table after a key, in order; null: from the first. */
  async page(
    table: MovedTable,
    { after, limit }: { readonly after: readonly Cell[] | null; readonly limit: number },
  ): Promise<readonly (readonly Cell[])[]> {
    const sql = targetQuery(table, { fromStart: after === null });
    const rows = await this.#connection.rows(sql, ...after ?? [], limit);
    return rows.map((row) => row.map(cell));
  }

  /** Makes everything ready for the first node, and opens the target to nodes. */
  async finish(horizons: Horizons, report: string): Promise<void> {
    await this.#connection.exec(`ANALYZE ${MOVED_TABLES.map(({ name }) => name).join(", ")}`);
    await this.#transaction(async () => {
      const connection = this.#connection;
      await connection.exec("SET LOCAL synchronous_commit = on");
      await connection.run(`UPDATE moving SET finished_at = ${NOW}, report = $1`, report);
      await this.#continueNums("task_nums", horizons.taskNum);
      await this.#continueNums("workflow_nums", horizons.workflowNum);
      await connection.run("UPDATE tombstone_horizon SET seq = $1", horizons.tombstone);
      await raiseStamps(connection, horizons.seq);
      await connection.exec(LOSE_FORMER_NODES);
    });
  }

  close(): Promise<void> {
    return this.#connection.close();
  }

  async #beginNew({ label, fingerprint }: SourceFacts): Promise<Beginning> {
    const connection = this.#connection;
    const live = await connection.row(
      `SELECT min(id) FROM nodes WHERE ${LIVE} AND renewed_at > ${NOW} - ${LEASE.leaseMs}`,
    );
    if (typeof live?.[0] === "string") {
      throw this.#refusal(`node ${live[0]} is running on it; stop every node on it first`, null);
    }
    for (const { name } of MOVED_TABLES) {
      const row = await connection.row(`SELECT EXISTS (SELECT FROM ${name})::integer`);
      if (row?.[0] === 1) throw this.#refusal(`it has data of its own, in the table "${name}"`);
    }
    // Of nodes that did not leave in order; should one of them be asleep, it must not write again.
    await connection.run(`UPDATE nodes SET state = 'lost', marked_at = ${NOW} WHERE ${LIVE}`);
    await connection.run(
      `INSERT INTO moving (one, source, fingerprint, began_at) VALUES (1, $1, $2, ${NOW})`,
      label,
      fingerprint,
    );
    return { kind: "new" };
  }

  async #empty(): Promise<void> {
    const tables = MOVED_TABLES.map(({ name }) => name).join(", ");
    await this.#connection.exec(`TRUNCATE ${tables}, moving, moving_tables`);
  }

  /** Numbers go on after the last one that was given out. */
  async #continueNums(sequence: string, last: number): Promise<void> {
    await this.#connection.rows(
      "SELECT setval($1::regclass, greatest($2::bigint, 1), $2::bigint > 0)",
      sequence,
      last,
    );
  }

  #refusal(why: string, todo: string | null = EMPTY_NEEDED): Error {
    return new Error(`Cannot move into ${this.label}: ${why}${todo === null ? "" : `; ${todo}`}`);
  }

  /** Runs `work` in one transaction; its statements may be sent at once. */
  async #transaction<T>(work: () => Promise<T>): Promise<T> {
    await this.#connection.exec("BEGIN");
    try {
      const result = await work();
      await this.#connection.exec("COMMIT");
      return result;
    } catch (error) {
      if (!this.#connection.lost) await this.#connection.exec("ROLLBACK");
      throw error;
    }
  }
}

async function lock(connection: Connection): Promise<void> {
  try {
    await connection.rows(LOCK);
  } catch (error) {
    if (!(error instanceof StoreConflictError)) throw error;
    throw new Error(
      `Cannot move into ${connection.label}: another "dtask migrate" is at work on it; ` +
        "wait for that one, or stop it",
      { cause: error },
    );
  }
}

const EMPTY_NEEDED = "name an empty database, or an empty schema of it with ?search_path=";

const LIVE = "state IN ('active', 'suspect')";

/** What was running is a lost node's, so that whoever leads first gives it back. */
const LOSE_FORMER_NODES = `
  INSERT INTO nodes (id, slot, version, address, load, methods, methods_count, methods_hash,
                     state, started_at, renewed_at, marked_at)
  SELECT DISTINCT node, 0, 'sqlite', '{"http":null,"grpc":null}', '{"slots":0,"held":0}', '[]', 0, '',
    'lost', now, now, now
  FROM tasks_live, (SELECT ${NOW} AS now) clock WHERE status = 'running'
  ON CONFLICT (id) DO NOTHING`;
