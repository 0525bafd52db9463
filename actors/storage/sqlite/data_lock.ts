import { StoreLockedError } from "../port.ts";

export interface DataLockOptions {
  readonly dataDir: string;
  /** How long to wait for another holder, in ms. */
  readonly waitMs: number;
}

const LOCK_FILE = "lock";

/** Between two tries, in ms: the operating system tells nobody that a lock has come free. */
const RETRY_MS = 25;

/**
 * The data folder for one process alone. It is a lock of the operating system on a file, so that it
 * ends with its holder however that ends, be it a process that was killed or an isolate that was
 * terminated; the file tells the next one who has it.
 */
export class DataLock {
  readonly #file: Deno.FsFile;

  private constructor(file: Deno.FsFile) {
    this.#file = file;
  }

  /**
   * Takes the lock of a data folder.
   *
   * @throws {StoreLockedError} When another holder keeps it for longer than `waitMs`.
   */
  static async take({ dataDir, waitMs }: DataLockOptions): Promise<DataLock> {
    const path = `${dataDir}/${LOCK_FILE}`;
    const file = await Deno.open(path, { read: true, write: true, create: true, mode: 0o600 });
    try {
      const deadline = performance.now() + waitMs;
      while (!file.tryLockSync(true)) {
        if (performance.now() >= deadline) throw lockedBy(dataDir, await holder(path));
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
      await file.truncate();
      await file.write(new TextEncoder().encode(`${Deno.pid}\n`));
      return new DataLock(file);
    } catch (error) {
      file.close();
      throw error;
    }
  }

  release(): void {
    this.#file.close();
  }
}

async function holder(path: string): Promise<string> {
  const pid = (await Deno.readTextFile(path)).trim();
  return /^\d+$/.test(pid) ? `process ${pid}` : "another process";
}

function lockedBy(dataDir: string, who: string): StoreLockedError {
  return new StoreLockedError(
    `Cannot open the data folder "${dataDir}": ${who} is using it; stop that one, ` +
      "or choose another folder with --data",
  );
}
