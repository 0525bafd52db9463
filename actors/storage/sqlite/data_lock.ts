import { DatabaseSync } from "node:sqlite";
import { StoreLockedError } from "../port.ts";
import { isBusy, translateError } from "./errors.ts";

export interface DataLockOptions {
  readonly dataDir: string;
  /** How long to wait for another holder, in ms. */
  readonly waitMs: number;
}

/** Between two tries, in ms: the operating system tells nobody that a lock has come free. */
const RETRY_MS = 25;

/**
 * The data folder for one process alone: a write transaction on a database of its own that is never
 * committed. Beneath it is a lock of the operating system, so that it ends with its holder however
 * that ends, be it a process that was killed or an isolate that was terminated. A file beside it
 * tells the next one who has it.
 */
export class DataLock {
  readonly #database: DatabaseSync;

  private constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /**
   * Takes the lock of a data folder.
   *
   * @throws {StoreLockedError} When another holder keeps it for longer than `waitMs`.
   */
  static async take({ dataDir, waitMs }: DataLockOptions): Promise<DataLock> {
    const pidFile = `${dataDir}/lock.pid`;
    const database = new DatabaseSync(`${dataDir}/lock`, { timeout: 0 });
    try {
      const deadline = performance.now() + waitMs;
      while (!tryBegin(database)) {
        if (performance.now() >= deadline) throw lockedBy(dataDir, await holder(pidFile));
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
      await Deno.writeTextFile(pidFile, `${Deno.pid}\n`, { mode: 0o600 });
      return new DataLock(database);
    } catch (error) {
      database.close();
      throw translateError(error, { phase: "statement", file: `${dataDir}/lock` });
    }
  }

  release(): void {
    this.#database.close();
  }
}

function tryBegin(database: DatabaseSync): boolean {
  try {
    database.exec("BEGIN EXCLUSIVE");
    return true;
  } catch (error) {
    if (isBusy(error)) return false;
    throw error;
  }
}

async function holder(pidFile: string): Promise<string> {
  try {
    const pid = (await Deno.readTextFile(pidFile)).trim();
    if (/^\d+$/.test(pid)) return `process ${pid}`;
  } catch (error) {
    // It took the lock a moment ago and has not come to write the file.
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return "another process";
}

function lockedBy(dataDir: string, who: string): StoreLockedError {
  return new StoreLockedError(
    `Cannot open the data folder "${dataDir}": ${who} is using it; stop that one, ` +
      "or choose another folder with --data",
  );
}
