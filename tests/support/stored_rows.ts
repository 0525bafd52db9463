import assert from "node:assert/strict";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

/** The database files in a data folder. */
export function databaseFiles(dataDir: string): string[] {
  const names = [...Deno.readDirSync(dataDir)].map((entry) => entry.name);
  const files = names.filter((name) => /\.(db|sqlite3?)$/.test(name));
  assert.ok(files.length > 0, `${dataDir} holds no database: ${names.join(", ")}`);
  return files.map((name) => join(dataDir, name));
}

/** How many rows each table holds, read past the node: what is stored, not what is shown. */
export function countStoredRows(dataDir: string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const file of databaseFiles(dataDir)) {
    using database = openReadOnly(file);
    for (const table of tablesOf(database)) {
      const row = database.prepare(`SELECT count(*) AS rows FROM "${table}"`).get();
      counts[table] = Number(row?.["rows"]);
    }
  }
  return counts;
}

/** What SQLite says of the state of the files; `ok` when all is well. */
export function checkIntegrity(dataDir: string): string {
  return databaseFiles(dataDir).map((file) => {
    using database = openReadOnly(file);
    const row = database.prepare("PRAGMA integrity_check").get();
    return String(row?.["integrity_check"]);
  }).join("; ");
}

function openReadOnly(file: string): DatabaseSync & Disposable {
  const database = new DatabaseSync(file, { readOnly: true });
  return Object.assign(database, { [Symbol.dispose]: () => database.close() });
}

function tablesOf(database: DatabaseSync): string[] {
  const sql = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";
  return database.prepare(sql).all().map((row) => String(row["name"]));
}
