import { Connection } from "./connection.ts";
import { readSchemaVersion } from "./schema.ts";
import { databaseFile } from "./store.ts";

/** What looking into a data folder's database told. */
export type SqliteCheck =
  | { readonly kind: "absent" }
  | { readonly kind: "ok"; readonly schemaVersion: number }
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
      return { kind: "ok", schemaVersion: readSchemaVersion(connection) };
    } finally {
      connection.close();
    }
  } catch (error) {
    return { kind: "failed", detail: textOf(error) };
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
