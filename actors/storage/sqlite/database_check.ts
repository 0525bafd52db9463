import { integer, text } from "../row/column.ts";
import { Connection } from "./connection.ts";
import { findInconsistencies } from "./consistency.ts";
import { readSchemaVersion } from "./schema.ts";

/** What a sound database holds. */
export interface DatabaseFacts {
  readonly schemaVersion: number;
  readonly tasks: number;
  /** Tasks that have not ended. */
  readonly live: number;
}

/** A database that cannot be trusted; `message` says what is wrong, and `problems` each thing. */
export class UnsoundDatabaseError extends Error {
  override readonly name = "UnsoundDatabaseError";
  readonly problems: readonly string[];

  constructor(file: string, problems: readonly string[]) {
    super(`"${file}" is damaged: ${problems.join("; ")}`);
    this.problems = problems;
  }
}

/**
 * Reads all of a database, which may be in use, and tells what it holds.
 *
 * @throws {UnsoundDatabaseError} When pages are damaged or rows contradict each other.
 * @throws {SchemaTooNewError} When a newer version wrote it.
 */
export function inspectDatabase(file: string): DatabaseFacts {
  const connection = new Connection({ file, readOnly: true });
  try {
    connection.begin("DEFERRED");
    assertOurs(connection);
    const schemaVersion = readSchemaVersion(connection);
    // The rows are worth looking at only where the pages are sound.
    const damage = damagedPages(connection);
    const problems = damage.length > 0 ? damage : findInconsistencies(connection, schemaVersion);
    if (problems.length > 0) throw new UnsoundDatabaseError(file, problems);
    return { schemaVersion, ...countTasks(connection) };
  } finally {
    connection.close();
  }
}

function assertOurs(connection: Connection): void {
  const tables = connection.rows(
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name IN ('tasks', 'counters')",
  );
  if (tables.length < 2) throw new Error(`"${connection.file}" is no database of dtask`);
}

/** What SQLite says of the pages, in at most ten lines; none where all is well. */
function damagedPages(connection: Connection): readonly string[] {
  const lines = connection.rows("PRAGMA integrity_check(10)").map((row) => text(row[0]));
  return lines.length === 1 && lines[0] === "ok" ? [] : lines;
}

function countTasks(connection: Connection): Pick<DatabaseFacts, "tasks" | "live"> {
  const row = connection.row(
    "SELECT count(*), count(*) FILTER (WHERE status IN " +
      "('scheduled', 'blocked', 'pending', 'running')) FROM tasks",
  );
  return { tasks: integer(row?.[0]), live: integer(row?.[1]) };
}
