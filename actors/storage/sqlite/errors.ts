import { ConstraintError, StoreBrokenError, StoreFullError } from "../port.ts";

/**
 * Deno's `node:sqlite` gives SQLite's text and no result code, so the text decides. Each is what
 * `sqlite3_errstr` has said for its code since 2004, or what the engine writes for a constraint.
 */
const FULL = /database or disk is full/;
const CONSTRAINT = /constraint failed|cannot store .* value in .* column/;
const IO = /disk I\/O error|unable to open database file/;
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
  if (FULL.test(message)) {
    return new StoreFullError(`Cannot write to "${file}": no space is left on its disk`, options);
  }
  if (CORRUPT.test(message)) return new StoreBrokenError(corruptText(file, message), options);
  if (IO.test(message)) {
    const what = phase === "commit" ? "a commit, whose outcome is unknown" : "a statement";
    return new StoreBrokenError(`The disk of "${file}" failed in ${what}: ${message}`, options);
  }
  return error;
}

/** True when another connection holds the database. */
export function isBusy(error: unknown): boolean {
  return error instanceof Error && BUSY.test(error.message);
}

function corruptText(file: string, message: string): string {
  return `Cannot use "${file}": ${message}; restore a backup, or move the file away to begin anew`;
}
