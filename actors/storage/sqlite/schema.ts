import { assertKnown, migrate, type Migration } from "../migrator.ts";
import init from "../migrations/0001_init.sql" with { type: "text" };
import deadLetters from "../migrations/0002_dead_letters.sql" with { type: "text" };
import schedules from "../migrations/0003_schedules.sql" with { type: "text" };
import retention from "../migrations/0004_retention.sql" with { type: "text" };
import queueRates from "../migrations/0005_queue_rates.sql" with { type: "text" };
import uniqueTasks from "../migrations/0006_unique_tasks.sql" with { type: "text" };
import keyLines from "../migrations/0007_key_lines.sql" with { type: "text" };
import traffic from "../migrations/0008_traffic.sql" with { type: "text" };
import { integer } from "../row/column.ts";
import type { Connection } from "./connection.ts";

/** The steps of SQLite's schema, oldest first. */
const MIGRATIONS: readonly Migration[] = [
  { version: 1, name: "init", sql: init },
  { version: 2, name: "dead_letters", sql: deadLetters },
  { version: 3, name: "schedules", sql: schedules },
  { version: 4, name: "retention", sql: retention },
  { version: 5, name: "queue_rates", sql: queueRates },
  { version: 6, name: "unique_tasks", sql: uniqueTasks },
  { version: 7, name: "key_lines", sql: keyLines },
  { version: 8, name: "traffic", sql: traffic },
];

/** Brings the schema up to date. The caller holds the folder's lock. */
export async function migrateSchema(connection: Connection): Promise<void> {
  await migrate({
    label: `database "${connection.file}"`,
    version: () => Promise.try(() => schemaVersion(connection)),
    apply: (migration) => Promise.try(() => apply(connection, migration)),
  }, MIGRATIONS);
}

/** Throws unless this program knows the schema, and it is complete. */
export function assertSchema(connection: Connection): void {
  const label = `database "${connection.file}"`;
  const version = schemaVersion(connection);
  assertKnown(label, version, MIGRATIONS.length);
  if (version < MIGRATIONS.length) {
    throw new Error(
      `Cannot read the ${label}: its schema is version ${version}, ${MIGRATIONS.length} is ` +
        "needed; start a node on it once, which migrates it",
    );
  }
}

/** The version of the schema that a database has; newer ones than are known are refused. */
export function readSchemaVersion(connection: Connection): number {
  const version = schemaVersion(connection);
  assertKnown(`database "${connection.file}"`, version, MIGRATIONS.length);
  return version;
}

function schemaVersion(connection: Connection): number {
  return integer(connection.row("PRAGMA user_version")?.[0]);
}

function apply(connection: Connection, { version, sql }: Migration): void {
  connection.begin("IMMEDIATE");
  try {
    connection.exec(sql);
    connection.exec(`PRAGMA user_version = ${version}`);
    connection.commit();
  } catch (error) {
    connection.rollback();
    throw error;
  }
}
