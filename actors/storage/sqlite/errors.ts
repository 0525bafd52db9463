import { ConstraintError, StoreBrokenError, StoreFullError } from "../port.ts";

/**
 * Deno's `node:sqlite` gives SQLite's text and no result code, so the text decides. Each is what
 * `sqlite3_errstr` has said for its code since 2004, or what the engine writes for a constraint.
 */
const FULL = /database or disk is full|No space left on device/;
const CONSTRAINT = /constraint failed|cannot store .* value in .* column/;
const IO = /disk I\/O error/;
const CANNOT_OPEN = /unable to open database file/;
const CORRUPT = /database disk image is malformed|file is not a database/;
const BUSY = /database is locked|database table is locked/;

/** Where in a transaction an error came up: what a failed commit left behind is not known. */
export type ErrorPhase = "statement" | "commit";

/** What an error of the database means to callers of the port. Others are given back as they are. */
export function translateError(
  error: unknown,
  { phase, file }: { readonly phase: ErrorPhase; readonly file: string },
): unknown {
  if (!(error instanceof Error)) return error;
  const { message } = error;
  const options = { cause: error };
  if (CONSTRAINT.test(message)) return new ConstraintError(message, options);
  // The shared memory beside the log reports a full disk as an I/O error; in a commit that leaves
  // the outcome open, whatever the cause.
  if (FULL.test(message) || (IO.test(message) && phase === "statement" && isDiskFull(file))) {
    return new StoreFullError(`Cannot write to "${file}": no space is left on its disk`, options);
  }
  if (CORRUPT.test(message)) return new StoreBrokenError(corruptText(file, message), options);
  if (IO.test(message)) {
    const what = phase === "commit" ? "a commit, whose outcome is unknown" : "a statement";
    return new StoreBrokenError(`The disk of "${file}" failed in ${what}: ${message}`, options);
  }
  if (CANNOT_OPEN.test(message)) {
    return new Error(`Cannot open "${file}": is it there, and may this process use it?`, options);
  }
  return error;
}

/** What SQLite asks for at once when its shared memory grows, twice. */
const PROBE = new Uint8Array(64 << 10);

/** Tries whether the disk of `file` takes another 64 KiB. */
function isDiskFull(file: string): boolean {
  const probe = `${file}.probe`;
  try {
    Deno.writeFileSync(probe, PROBE, { mode: 0o600 });
    return false;
  } catch (error) {
    return error instanceof Error && FULL.test(error.message);
  } finally {
    removeIfThere(probe);
  }
}

function removeIfThere(file: string): void {
  try {
    Deno.removeSync(file);
  } catch (error) {
    // A reader may not have the right to write, and then there is nothing to remove either.
    const { NotFound, NotCapable, PermissionDenied } = Deno.errors;
    if ([NotFound, NotCapable, PermissionDenied].some((kind) => error instanceof kind)) return;
    throw error;
  }
}

/** True when another connection holds the database. */
export function isBusy(error: unknown): boolean {
  return error instanceof Error && BUSY.test(error.message);
}

function corruptText(file: string, message: string): string {
  return `Cannot use "${file}": ${message}; restore a backup, or move the file away to begin anew`;
}
