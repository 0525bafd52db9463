/** The schema's steps, and which of them this program can share a database with. */
import { LEASE } from "../../domain/lease.ts";
import { migrate, type Migration } from "../migrator.ts";
import { SchemaTooNewError } from "../port.ts";
import { integerOrNull, text, textOrNull } from "../row/column.ts";
import type { Connection } from "./connection.ts";
import init from "./migrations/0001_init.sql" with { type: "text" };
import moving from "./migrations/0002_moving.sql" with { type: "text" };
import nodeReports from "./migrations/0003_node_reports.sql" with { type: "text" };
import traffic from "./migrations/0004_traffic.sql" with { type: "text" };

/** A step, with the oldest version of this table of steps that can work beside it. */
export interface SharedMigration extends Migration {
  /**
   * Nodes whose newest step is this one or a later one may use a database at this step: at a rolling
   * upgrade the old nodes work on while the new ones have migrated already. A step's own version
   * where it takes away what older nodes need.
   */
  readonly readableFrom: number;
}

/** The steps of PostgreSQL's schema, oldest first. */
export const MIGRATIONS: readonly SharedMigration[] = [
  { version: 1, name: "init", sql: init, readableFrom: 1 },
  { version: 2, name: "moving", sql: moving, readableFrom: 1 },
  { version: 3, name: "node_reports", sql: nodeReports, readableFrom: 1 },
  { version: 4, name: "traffic", sql: traffic, readableFrom: 1 },
];

/** What a database says of itself. */
interface SchemaState {
  /** Its last step; 0 for an empty database. */
  readonly version: number;
  /** The oldest version of a program that can use it. */
  readonly readableFrom: number;
}

/**
 * Brings the schema up to date, one program at a time. Nodes of the version before may be at work, as
 * long as no step takes from them what they need.
 *
 * @throws {SchemaTooNewError} When a newer version has changed it so that this one can't use it.
 * @throws {Error} When a step can't be done beside the nodes that are at work.
 */
export async function migrateSchema(
  connection: Connection,
  steps: readonly SharedMigration[] = MIGRATIONS,
): Promise<void> {
  // Mostly there is nothing to do, and then a node takes no lock to find that out.
  if (await isUpToDate(connection, steps)) return;
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
    const { version } = await usableState(connection, steps);
    await assertShareable(connection, version, steps);
    await migrate({
      label: connection.label,
      version: () => Promise.resolve(Math.min(version, steps.length)),
      apply: (migration) => apply(connection, migration, steps),
    }, steps);
    await connection.exec("COMMIT");
  } catch (error) {
    if (!connection.lost) await connection.exec("ROLLBACK");
    throw error;
  }
}

/** Throws unless this program can use the database as it is. */
export async function assertSchema(
  connection: Connection,
  steps: readonly SharedMigration[] = MIGRATIONS,
): Promise<void> {
  if (await isUpToDate(connection, steps)) return;
  throw new Error(
    `Cannot read ${connection.label}: its schema is not complete; start a node on it once, which ` +
      "migrates it",
  );
}

async function isUpToDate(
  connection: Connection,
  steps: readonly SharedMigration[],
): Promise<boolean> {
  const row = await connection.row("SELECT to_regclass('dtask_schema')::text");
  if (row?.[0] === null) return false;
  return (await usableState(connection, steps)).version >= steps.length;
}

async function usableState(
  connection: Connection,
  steps: readonly SharedMigration[],
): Promise<SchemaState> {
  const row = await connection.row("SELECT max(version), max(readable_from) FROM dtask_schema");
  const state = {
    version: integerOrNull(row?.[0]) ?? 0,
    readableFrom: integerOrNull(row?.[1]) ?? 0,
  };
  if (state.readableFrom <= steps.length) return state;
  throw new SchemaTooNewError(
    `Cannot open ${connection.label}: its schema is version ${state.version}, made for dtask of ` +
      `schema ${state.readableFrom} and later, and this one knows up to ${steps.length}; ` +
      "start the newer dtask that wrote it, or restore a backup made before the upgrade",
  );
}

/**
 * Throws where a step takes away what nodes need that are at work: they looked at the schema when they
 * began, and would not notice.
 */
async function assertShareable(
  connection: Connection,
  version: number,
  steps: readonly SharedMigration[],
): Promise<void> {
  if (version === 0) return;
  const blocking = steps.slice(version).find(({ readableFrom }) => readableFrom > version);
  if (blocking === undefined) return;
  // Whoever is joining has joined before this, or waits until the steps are done.
  await connection.exec("LOCK TABLE nodes IN SHARE ROW EXCLUSIVE MODE");
  const row = await connection.row(
    "SELECT min(id) FROM nodes WHERE state IN ('active', 'suspect') AND renewed_at > " +
      `(extract(epoch FROM clock_timestamp()) * 1000)::bigint - ${LEASE.leaseMs}`,
  );
  const node = textOrNull(row?.[0] ?? null);
  if (node === null) return;
  throw new Error(
    `Cannot open ${connection.label}: its schema ${version} has to become ${blocking.version}, ` +
      `which nodes of the older version can't use, and node ${node} is running; stop all nodes ` +
      "of the older version first",
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

async function apply(
  connection: Connection,
  migration: Migration,
  steps: readonly SharedMigration[],
): Promise<void> {
  await connection.exec(migration.sql);
  const readableFrom = steps[migration.version - 1]?.readableFrom ?? migration.version;
  await connection.run(
    "INSERT INTO dtask_schema (version, name, readable_from) VALUES ($1, $2, $3)",
    migration.version,
    migration.name,
    readableFrom,
  );
}
