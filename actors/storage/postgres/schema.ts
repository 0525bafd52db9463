/** The schema's steps, and which of them this program can share a database with. */
import { migrate, type Migration } from "../migrator.ts";
import { SchemaTooNewError } from "../port.ts";
import { integerOrNull, text } from "../row/column.ts";
import type { Connection } from "./connection.ts";
import init from "./migrations/0001_init.sql" with { type: "text" };
import moving from "./migrations/0002_moving.sql" with { type: "text" };

/** A step, with the oldest version of this table of steps that can work beside it. */
interface SharedMigration extends Migration {
  /**
   * Nodes whose newest step is this one or a later one may use a database at this step: at a rolling
   * upgrade the old nodes work on while the new ones have migrated already. A step's own version
   * where it takes away what older nodes need.
   */
  readonly readableFrom: number;
}

/** The steps of PostgreSQL's schema, oldest first. */
const MIGRATIONS: readonly SharedMigration[] = [
  { version: 1, name: "init", sql: init, readableFrom: 1 },
  { version: 2, name: "moving", sql: moving, readableFrom: 1 },
];

/** What a database says of itself. */
interface SchemaState {
  /** Its last step; 0 for an empty database. */
  readonly version: number;
  /** The oldest version of a program that can use it. */
  readonly readableFrom: number;
}

/**
 * Brings the schema up to date, one program at a time.
 *
 * @throws {SchemaTooNewError} When a newer version has changed it so that this one can't use it.
 */
export async function migrateSchema(connection: Connection): Promise<void> {
  // Mostly there is nothing to do, and then a node takes no lock to find that out.
  if (await isUpToDate(connection)) return;
  await assertHome(connection);
  await connection.exec("BEGIN");
  try {
    // Waiting for a neighbour's migration is no fault, and may take longer than other locks do.
    await connection.exec("SET LOCAL lock_timeout = 0; SET LOCAL statement_timeout = 0");
    await connection.rows("SELECT pg_advisory_xact_lock(hashtext('dtask.migrate'))::text");
    await connection.exec(
      "CREATE TABLE IF NOT EXISTS dtask_schema (version integer PRIMARY KEY, name text NOT NULL, " +
        "readable_from integer NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())",
    );
    const { version } = await usableState(connection);
    await migrate({
      label: connection.label,
      version: () => Promise.resolve(Math.min(version, MIGRATIONS.length)),
      apply: (migration) => apply(connection, migration),
    }, MIGRATIONS);
    await connection.exec("COMMIT");
  } catch (error) {
    if (!connection.lost) await connection.exec("ROLLBACK");
    throw error;
  }
}

/** Throws unless this program can use the database as it is. */
export async function assertSchema(connection: Connection): Promise<void> {
  if (await isUpToDate(connection)) return;
  throw new Error(
    `Cannot read ${connection.label}: its schema is not complete; start a node on it once, which ` +
      "migrates it",
  );
}

async function isUpToDate(connection: Connection): Promise<boolean> {
  const row = await connection.row("SELECT to_regclass('dtask_schema')::text");
  if (row?.[0] === null) return false;
  return (await usableState(connection)).version >= MIGRATIONS.length;
}

async function usableState(connection: Connection): Promise<SchemaState> {
  const row = await connection.row("SELECT max(version), max(readable_from) FROM dtask_schema");
  const state = {
    version: integerOrNull(row?.[0]) ?? 0,
    readableFrom: integerOrNull(row?.[1]) ?? 0,
  };
  if (state.readableFrom <= MIGRATIONS.length) return state;
  throw new SchemaTooNewError(
    `Cannot open ${connection.label}: its schema is version ${state.version}, made for dtask of ` +
      `schema ${state.readableFrom} and later, and this one knows up to ${MIGRATIONS.length}; ` +
      "start the newer dtask that wrote it, or restore a backup made before the upgrade",
  );
}

/** Throws where there is no schema to put tables into. */
async function assertHome(connection: Connection): Promise<void> {
  const row = await connection.row(
    "SELECT coalesce(current_schema(), ''), current_setting('search_path')",
  );
  if (text(row?.[0]) !== "") return;
  throw new Error(
    `Cannot open ${connection.label}: of the schemas in its search path (${
      text(row?.[1])
    }) none is ` +
      "there; create one for the user of the database URL, or name another with ?search_path=",
  );
}

async function apply(connection: Connection, migration: Migration): Promise<void> {
  await connection.exec(migration.sql);
  const readableFrom = MIGRATIONS[migration.version - 1]?.readableFrom ?? migration.version;
  await connection.run(
    "INSERT INTO dtask_schema (version, name, readable_from) VALUES ($1, $2, $3)",
    migration.version,
    migration.name,
    readableFrom,
  );
}
