import { dirname } from "node:path";
import { type DatabaseFacts, UnsoundDatabaseError } from "./database_check.ts";
import { copyDatabase, isThere } from "./database_copy.ts";
import { databaseFile } from "./store.ts";

export interface BackupOptions {
  /** Folder of the database; a node may be running on it. */
  readonly dataDir: string;
  readonly file: string;
  /** Replaces `file` where there is one. */
  readonly force: boolean;
}

export interface BackupReport extends DatabaseFacts {
  readonly file: string;
  readonly bytes: number;
}

/**
 * Writes a checked copy of a data folder's database. Runs in a process of its own, not in the node's
 * reader: the copy is one uninterrupted step, which there would hold up everything that only looks.
 */
export async function backupSqlite(
  { dataDir, file, force }: BackupOptions,
): Promise<BackupReport> {
  const from = databaseFile(dataDir);
  if (!await isThere(from)) {
    throw new Error(
      `Cannot back up "${dataDir}": there is no database in it; name the node's folder with --data`,
    );
  }
  await refuseTaken({ dataDir, file, force });
  try {
    return { file, ...await copyDatabase({ from, to: file }) };
  } catch (error) {
    throw new Error(`Cannot write the backup "${file}": ${reasonOf(error)}`, { cause: error });
  }
}

async function refuseTaken({ dataDir, file, force }: BackupOptions): Promise<void> {
  if (!await isThere(file)) return;
  const cannot = `Cannot write the backup "${file}": `;
  if (!(await Deno.stat(file)).isFile) throw new Error(`${cannot}that is no file; name one`);
  // Whatever is there may be the database, its log or the secret.
  if (dirname(await Deno.realPath(file)) === await Deno.realPath(dataDir)) {
    throw new Error(`${cannot}that is a file of the data folder; choose a place outside of it`);
  }
  if (force) return;
  throw new Error(
    `${cannot}there is a file of that name; choose another, or replace it with --force`,
  );
}

function reasonOf(error: unknown): string {
  if (error instanceof UnsoundDatabaseError) {
    return `what was copied is damaged (${
      error.problems.join("; ")
    }); "dtask doctor --deep" says ` +
      "whether the database is so too. Keep the last good backup";
  }
  return error instanceof Error ? error.message : String(error);
}
