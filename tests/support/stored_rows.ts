import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { DatabaseSync } from "node:sqlite";

/** The database files in a data folder. */
export function databaseFiles(dataDir: string): string[] {
  const names = [...Deno.readDirSync(dataDir)].map((entry) => entry.name);
  const files = names.filter((name) => /\.(db|sqlite3?)$/.test(name));
  assert.ok(files.length > 0, `${dataDir} holds no database: ${names.join(", ")}`);
  return files.map((name) => join(dataDir, name));
}

/**
 * How many rows each table holds, read past the node: what is stored, not what is shown. Reads a
 * copy, since a running node lets nobody else into its database; the node must be at rest.
 */
export function countStoredRows(dataDir: string): Record<string, number> {
  const counts: Record<string, number> = {};
  inCopies(dataDir, (database) => {
    for (const table of tablesOf(database)) {
      const row = database.prepare(`SELECT count(*) AS rows FROM "${table}"`).get();
      counts[table] = Number(row?.["rows"]);
    }
  });
  return counts;
}

/** What SQLite says of the state of the files; `ok` when all is well. */
export function checkIntegrity(dataDir: string): string {
  const verdicts: string[] = [];
  inCopies(dataDir, (database) => {
    const row = database.prepare("PRAGMA integrity_check").get();
    verdicts.push(String(row?.["integrity_check"]));
  });
  return verdicts.join("; ");
}

/** Calls `look` with a copy of each database, its write-ahead log included. */
function inCopies(dataDir: string, look: (database: DatabaseSync) => void): void {
  const folder = Deno.makeTempDirSync({ prefix: "dtask-copy-" });
  try {
    for (const file of databaseFiles(dataDir)) {
      const copy = join(folder, basename(file));
      Deno.copyFileSync(file, copy);
      if (existsSync(`${file}-wal`)) Deno.copyFileSync(`${file}-wal`, `${copy}-wal`);
      const database = new DatabaseSync(copy);
      look(database);
      database.close();
    }
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

function tablesOf(database: DatabaseSync): string[] {
  const sql = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";
  return database.prepare(sql).all().map((row) => String(row["name"]));
}
