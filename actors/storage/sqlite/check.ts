import { integerOrNull } from "../row/column.ts";
import { Connection } from "./connection.ts";
import { type DatabaseFacts, inspectDatabase } from "./database_check.ts";
import { readSchemaVersion } from "./schema.ts";
import { databaseFile } from "./store.ts";

/** What looking into a data folder's database told. */
export type SqliteCheck =
  | { readonly kind: "absent" }
  | {
    readonly kind: "ok";
    readonly schemaVersion: number;
    /** The newest time on record, in epoch milliseconds; null where nothing is. */
    readonly newestAt: number | null;
  }
  | { readonly kind: "failed"; readonly detail: string };

/** Opens the database of a data folder for reading and tells its schema version; changes nothing. */
export async function checkSqlite(dataDir: string): Promise<SqliteCheck> {
  const file = databaseFile(dataDir);
  try {
    await Deno.stat(file);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return { kind: "absent" };
    return { kind: "failed", detail: textOf(error) };
  }
  try {
    const connection = new Connection({ file, readOnly: true });
    try {
      const schemaVersion = readSchemaVersion(connection);
      const newestAt = schemaVersion === 0 ? null : readNewestTime(connection);
      return { kind: "ok", schemaVersion, newestAt };
    } finally {
      connection.close();
    }
  } catch (error) {
    return { kind: "failed", detail: textOf(error) };
  }
}

/** Reads all of a data folder's database and tells what it holds; throws with what is wrong with it. */
export function inspectSqlite(dataDir: string): Promise<DatabaseFacts> {
  return Promise.try(() => inspectDatabase(databaseFile(dataDir)));
}

/** That of the tasks that changed last, among which it is as good as always; a few rows by index. */
function readNewestTime(connection: Connection): number | null {
  const row = connection.row(
    "SELECT max(max(created_at, ifnull(started_at, 0), ifnull(finished_at, 0))) FROM " +
      "(SELECT * FROM tasks ORDER BY seq DESC LIMIT 100)",
  );
  return integerOrNull(row?.[0]);
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
