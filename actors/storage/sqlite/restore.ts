import { dirname } from "node:path";
import { DataLock } from "./data_lock.ts";
import { type DatabaseFacts, inspectDatabase } from "./database_check.ts";
import { copyDatabase, isThere, removeIfThere, syncFolder } from "./database_copy.ts";
import { databaseFile } from "./store.ts";

export interface RestoreOptions {
  /** A backup, or any sound database of dtask. */
  readonly file: string;
  /** Made where it does not exist. */
  readonly dataDir: string;
  /** Moves a database aside that is in the folder. */
  readonly force: boolean;
  /** Epoch milliseconds, for the names of what is moved aside. */
  readonly now: number;
}

export interface RestoreReport extends DatabaseFacts {
  readonly database: string;
  readonly bytes: number;
  /** Where the files of the database that was there before are now. */
  readonly movedAside: readonly string[];
}

/**
 * Puts a backup into a data folder that no node has. The folder's secret stays. An older schema is
 * migrated by the next start; runs that were on record as running are put back by it.
 */
export async function restoreSqlite(options: RestoreOptions): Promise<RestoreReport> {
  const { file, dataDir, force, now } = options;
  const database = databaseFile(dataDir);
  await assertRestorable(file);
  await Deno.mkdir(dataDir, { recursive: true, mode: 0o700 });
  // A node that runs is not waited for.
  const lock = await DataLock.take({ dataDir, waitMs: 0 });
  try {
    await refuseTaken({ file, database, force });
    let movedAside: readonly string[] = [];
    const copy = await copyDatabase({
      from: file,
      to: database,
      beforeNaming: async () => {
        movedAside = await moveAside(database, now);
      },
    });
    return { database, ...copy, movedAside };
  } catch (error) {
    throw new Error(`Cannot restore into "${dataDir}": ${textOf(error)}`, { cause: error });
  } finally {
    lock.release();
  }
}

/** Reads all of the file first, so that a useless one changes nothing. */
async function assertRestorable(file: string): Promise<void> {
  if (!await isThere(file)) throw new Error(`Cannot restore "${file}": there is no such file`);
  try {
    inspectDatabase(file);
  } catch (error) {
    throw new Error(`Cannot restore "${file}": ${textOf(error)}`, { cause: error });
  }
}

async function refuseTaken(
  { file, database, force }: {
    readonly file: string;
    readonly database: string;
    readonly force: boolean;
  },
): Promise<void> {
  if (!await isThere(database)) return;
  if (await Deno.realPath(file) === await Deno.realPath(database)) {
    throw new Error(`"${file}" is its database already`);
  }
  if (force) return;
  throw new Error(
    "it has a database; choose another folder with --data, or have that one moved aside with --force",
  );
}

/**
 * Gives the files of a database other names. Its log goes with it, and goes even without it: beside
 * the new database SQLite would take it for that one's. The shared memory is made anew by whoever opens
 * it next.
 */
async function moveAside(database: string, now: number): Promise<readonly string[]> {
  const stamp = new Date(now).toISOString().replaceAll(/[-:]|\.\d+/g, "");
  const moved: string[] = [];
  for (const suffix of ["", "-wal"]) {
    if (!await isThere(database + suffix)) continue;
    const aside = `${database}.replaced-${stamp}${suffix}`;
    if (await isThere(aside)) throw new Error(`"${aside}" exists; try again in a second`);
    await Deno.rename(database + suffix, aside);
    moved.push(aside);
  }
  await removeIfThere(`${database}-shm`);
  await syncFolder(dirname(database));
  return moved;
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
