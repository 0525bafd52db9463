import { dirname } from "node:path";
import { Connection } from "./connection.ts";
import { type DatabaseFacts, inspectDatabase } from "./database_check.ts";

export interface DatabaseCopyOptions {
  readonly from: string;
  /** Where the copy is to be in the end; nothing is there before it is whole. */
  readonly to: string;
  /** Called when the copy is on the disk and was found sound, just before it gets its name. */
  readonly beforeNaming?: () => Promise<void>;
}

/**
 * Copies a database as of one moment, by way of `<to>.partial`: written, brought to the disk, checked,
 * and only then named. What fails leaves no file.
 *
 * The copy is read in one transaction: a writer goes on committing at its usual pace, and only its
 * log grows for as long as this takes. `VACUUM INTO` costs a writer as much (measured), and attaches its
 * target, which Deno allows to processes with every right alone.
 */
export async function copyDatabase(
  { from, to, beforeNaming }: DatabaseCopyOptions,
): Promise<DatabaseFacts & { readonly bytes: number }> {
  const partial = `${to}.partial`;
  using file = await openPartial(partial);
  try {
    await copyPages(from, partial);
    leaveLogMode(partial);
    await file.sync();
    const facts = inspectDatabase(partial);
    const { size: bytes } = await file.stat();
    await beforeNaming?.();
    await Deno.rename(partial, to);
    await syncFolder(dirname(to));
    return { ...facts, bytes };
  } catch (error) {
    await removeIfThere(partial);
    throw error;
  }
}

/** Opens the file, private and empty, for this process alone; one that a killed process left is taken over. */
async function openPartial(path: string): Promise<Deno.FsFile> {
  const file = await Deno.open(path, { read: true, write: true, create: true, mode: 0o600 });
  try {
    // Of the whole file, where SQLite's locks are of ranges: they do not meet.
    // The lock of a file that has got its name meanwhile would be one on a finished copy.
    if (!await file.tryLock(true) || !await isStill(file, path)) {
      throw new Error(`another process is writing "${path}"`);
    }
    await file.truncate();
    if (Deno.build.os !== "windows") await Deno.chmod(path, 0o600);
    return file;
  } catch (error) {
    file.close();
    throw error;
  }
}

async function isStill(file: Deno.FsFile, path: string): Promise<boolean> {
  if (!await isThere(path)) return false;
  const [open, named] = [await file.stat(), await Deno.stat(path)];
  return open.ino === named.ino && open.dev === named.dev;
}

async function copyPages(from: string, to: string): Promise<void> {
  const connection = new Connection({ file: from, readOnly: true });
  try {
    await connection.copyInto(to);
  } finally {
    connection.close();
  }
}

/** Makes of the copy a single file that can be read without a log beside it; a start turns it back. */
function leaveLogMode(file: string): void {
  const connection = new Connection({ file, readOnly: false });
  try {
    connection.exec("PRAGMA journal_mode = DELETE");
  } finally {
    connection.close();
  }
}

/** Brings the names in a folder to the disk, where the system has folders that can be opened. */
export async function syncFolder(folder: string): Promise<void> {
  if (Deno.build.os === "windows") return;
  using file = await Deno.open(folder);
  await file.sync();
}

/** Removes a file; answers whether there was one. */
export async function removeIfThere(path: string): Promise<boolean> {
  try {
    await Deno.remove(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** True where there is something of that name. */
export async function isThere(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
