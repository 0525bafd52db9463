/** Looks at a shared database for people: whether a node could use it, and whether it is sound. */
import { SchemaTooNewError } from "../port.ts";
import { integer, textOrNull } from "../row/column.ts";
import { Connection } from "./connection.ts";
import { findInconsistencies } from "./consistency.ts";
import { assertSchema } from "./schema.ts";

/** What looking at a shared database told. */
export type PostgresCheck =
  | { readonly kind: "absent" }
  | { readonly kind: "ok"; readonly schemaVersion: number; readonly newestAt: null }
  /** A node could use it, and lose what it has accepted. */
  | { readonly kind: "risky"; readonly detail: string }
  | { readonly kind: "failed"; readonly detail: string };

const OLDEST_SERVER = 150_000;
const INSPECTION_MS = 600_000;

/** Tells whether a node could use the database, and changes nothing. */
export async function checkPostgres(url: string): Promise<PostgresCheck> {
  try {
    const connection = await Connection.open({ url, name: "dtask doctor", readOnly: true });
    try {
      return await look(connection);
    } finally {
      await connection.close();
    }
  } catch (error) {
    return { kind: "failed", detail: databaseTrouble(error) };
  }
}

/**
 * Reads all of the database, each rule as of one moment: nodes may work on it meanwhile.
 *
 * @throws {Error} that says what is wrong with it.
 */
export async function inspectPostgres(
  url: string,
): Promise<{ readonly tasks: number; readonly live: number }> {
  const deadlines = { statementMs: INSPECTION_MS, answerMs: INSPECTION_MS };
  const connection = await Connection.open({
    url,
    name: "dtask doctor",
    readOnly: true,
    deadlines,
  });
  try {
    const broken = await findInconsistencies(connection);
    if (broken.length > 0) throw new Error(`${connection.label} is damaged: ${broken.join("; ")}`);
    const row = await connection.row(
      "SELECT count(*), count(*) FILTER (WHERE NOT ended) FROM tasks",
    );
    return { tasks: integer(row?.[0]), live: integer(row?.[1]) };
  } finally {
    await connection.close();
  }
}

/** What is wrong with a database that can't be used, and what to do about it, in one line. */
export function databaseTrouble(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const advice = adviceFor(error);
  const { message } = error;
  const what = message.startsWith("Cannot ") ? message : `Cannot use the database: ${message}`;
  return advice === null ? what : `${what}; ${advice}`;
}

async function look(connection: Connection): Promise<PostgresCheck> {
  const [version, number, schema, mayCreate, found] = await connection.row(
    `SELECT current_setting('server_version'), current_setting('server_version_num')::integer,
      current_schema(), has_schema_privilege(current_schema(), 'CREATE'),
      to_regclass('dtask_schema')::text`,
  ) ?? [];
  const failed = (detail: string) => ({ kind: "failed", detail }) as const;
  if (integer(number) < OLDEST_SERVER) {
    return failed(`${connection.label} is PostgreSQL ${version}; dtask needs 15 or later`);
  }
  if (textOrNull(schema) === null) {
    return failed(
      `of the schemas in the search path of ${connection.label} none is there; create one for ` +
        "the user of the database URL, or name another with ?search_path=",
    );
  }
  if (found === null) {
    if (mayCreate === true) return await riskOf(connection) ?? { kind: "absent" };
    return failed(
      `the user of the database URL may not create tables in schema "${schema}" of ` +
        `${connection.label}; GRANT CREATE ON SCHEMA "${schema}", or make it the database's owner`,
    );
  }
  return await lookAtTables(connection);
}

async function lookAtTables(connection: Connection): Promise<PostgresCheck> {
  const [table] = await connection.row(FOREIGN_TABLE) ?? [];
  if (typeof table === "string") {
    const detail = `the user of the database URL may not write to table "${table}" of ` +
      `${connection.label}; make it the owner of the tables`;
    return { kind: "failed", detail };
  }
  try {
    await assertSchema(connection);
  } catch (error) {
    // An older one is brought up to date by the next start.
    if (error instanceof SchemaTooNewError) return { kind: "failed", detail: error.message };
  }
  const row = await connection.row("SELECT max(version) FROM dtask_schema");
  const schemaVersion = integer(row?.[0]);
  return await riskOf(connection) ?? { kind: "ok", schemaVersion, newestAt: null };
}

/** A table of the schema that the user does not have every right to. */
const FOREIGN_TABLE = `
  SELECT relname::text FROM pg_class
  WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p') AND NOT (
    has_table_privilege(oid, 'SELECT') AND has_table_privilege(oid, 'INSERT') AND
    has_table_privilege(oid, 'UPDATE') AND has_table_privilege(oid, 'DELETE'))
  ORDER BY relname LIMIT 1`;

async function riskOf(connection: Connection): Promise<PostgresCheck | null> {
  for (const setting of ["fsync", "synchronous_commit"]) {
    const row = await connection.row("SELECT current_setting($1)", setting);
    if (row?.[0] !== "off") continue;
    const detail = `${setting} is off at ${connection.label}: what was accepted can be lost when ` +
      "the server ends abruptly; set it to on";
    return { kind: "risky", detail };
  }
  return null;
}

function adviceFor({ cause, message }: Error): string | null {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  if (/^28/.test(code)) return "check user and password of the database URL, and pg_hba.conf";
  if (code === "3D000") return "create the database, or name another in the database URL";
  if (/^Cannot reach/.test(message)) {
    return "check that PostgreSQL runs there and lets this machine connect";
  }
  return null;
}
