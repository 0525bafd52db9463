/** Moves everything from SQLite to PostgreSQL: copies, compares, and only then lets nodes in. */
import type { Deadlines } from "../postgres/connection.ts";
import { StoreConflictError, StoreFullError, StoreUnavailableError } from "../port.ts";
import { BATCH, batchesOf, type BatchLimits } from "./batches.ts";
import { MOVED_TABLES, type MovedTable } from "./moved_table.ts";
import { SqliteSource } from "./source.ts";
import { PostgresTarget } from "./target.ts";
import { checkTable, type TableCheck } from "./verification.ts";

export interface MigrationOptions {
  /** A node's data folder, the database in it, or a backup. No node runs on it. */
  readonly from: string;
  /** `postgres://…` of an empty database, or of one that has a part of this migration. */
  readonly to: string;
  /** Discards what an unfinished migration has brought, and begins anew. */
  readonly restart?: boolean;
  readonly onProgress?: (progress: MigrationProgress) => void;
  /** Stops between two batches; a later call goes on from there. */
  readonly signal?: AbortSignal;
  readonly limits?: BatchLimits;
  readonly deadlines?: Partial<Deadlines>;
}

export interface MigrationProgress {
  readonly step: "copy" | "verify";
  readonly table: string;
  /** Rows of this table that are done, and all that it has. */
  readonly rows: number;
  readonly total: number;
}

/** What was moved, as it is kept in the target. */
export interface MovedTotals {
  readonly tasks: number;
  readonly tables: readonly Pick<TableCheck, "table" | "rows" | "sha256">[];
}

export interface MigrationReport extends MovedTotals {
  /** The database's file, and the server for people. */
  readonly from: string;
  readonly to: string;
  /** `already`: an earlier call had finished it, and this one changed nothing. */
  readonly kind: "moved" | "resumed" | "already";
}

/**
 * Moves all data. After an end of any kind, the same call goes on where that one stopped; until it has
 * ended well no node starts on the target. The source stays as it is.
 *
 * @throws {StoreLockedError} When a node runs on the source.
 * @throws {Error} When the target has other data or nodes, or differs from the source in the end.
 */
export async function migrateToPostgres(options: MigrationOptions): Promise<MigrationReport> {
  const source = await SqliteSource.open(options.from);
  try {
    const target = await PostgresTarget.open(options.to, options.deadlines);
    try {
      return await migrate(source, target, options);
    } finally {
      await target.close();
    }
  } finally {
    source.close();
  }
}

async function migrate(
  source: SqliteSource,
  target: PostgresTarget,
  options: MigrationOptions,
): Promise<MigrationReport> {
  const { restart = false } = options;
  const facts = { label: `sqlite:${source.file}`, fingerprint: source.fingerprint() };
  const sides = { from: source.file, to: target.label };
  const beginning = await target.begin({ ...facts, restart });
  if (beginning.kind === "finished") {
    const totals: MovedTotals = JSON.parse(beginning.report);
    return { ...sides, ...totals, kind: "already" };
  }
  try {
    const totals = await copyAndVerify({ source, target, options });
    await target.finish(source.horizons(), JSON.stringify(totals));
    return { ...sides, ...totals, kind: beginning.kind === "new" ? "moved" : "resumed" };
  } catch (error) {
    throw PASSING.some((kind) => error instanceof kind) ? interruptedBy(error) : error;
  }
}

/** What may be over when the command is run again. */
const PASSING = [StoreConflictError, StoreFullError, StoreUnavailableError];

function interruptedBy(error: unknown): Error {
  const why = error instanceof Error ? error.message : String(error);
  return new Error(`${why}; run the same command again, and it goes on where it stopped`, {
    cause: error,
  });
}

interface Work {
  readonly source: SqliteSource;
  readonly target: PostgresTarget;
  readonly options: MigrationOptions;
}

async function copyAndVerify(work: Work): Promise<MovedTotals> {
  const sizes = new Map(MOVED_TABLES.map((table) => [table.name, work.source.count(table)]));
  for (const table of MOVED_TABLES) await copyTable(table, sizes.get(table.name) ?? 0, work);
  const checks: TableCheck[] = [];
  for (const table of MOVED_TABLES) {
    checks.push(await verifyTable(table, sizes.get(table.name) ?? 0, work));
  }
  const different = checks.filter(({ difference }) => difference !== null);
  if (different.length > 0) throw new DifferenceError(work, different);
  const tables = checks.map(({ table, rows, sha256 }) => ({ table, rows, sha256 }));
  return { tasks: sizes.get("tasks") ?? 0, tables };
}

async function copyTable(
  table: MovedTable,
  total: number,
  { source, target, options: { limits = BATCH, signal, onProgress } }: Work,
): Promise<void> {
  const progress = await target.progress(table);
  let rows = progress.rows;
  const told = () => onProgress?.({ step: "copy", table: table.name, rows, total });
  told();
  let written = Promise.resolve();
  // The next batch is read while the one before it is written.
  for (const batch of batchesOf(source.rows(table, progress.after), limits)) {
    await written;
    assertGoingOn(signal);
    written = target.append(table, batch).then(() => {
      rows += batch.length;
      told();
    });
    // Awaited with the next batch: an error must not count as unnoticed until then.
    written.catch(() => {});
  }
  await written;
}

async function verifyTable(
  table: MovedTable,
  total: number,
  { source, target, options: { limits = BATCH, signal, onProgress } }: Work,
): Promise<TableCheck> {
  const onRows = (rows: number) => {
    assertGoingOn(signal);
    onProgress?.({ step: "verify", table: table.name, rows, total });
  };
  return await checkTable(table, { source, target, limits, onRows });
}

function assertGoingOn(signal: AbortSignal | undefined): void {
  if (signal?.aborted !== true) return;
  throw new Error(
    "The migration was stopped; run the same command again, and it goes on from here",
  );
}

/** The target is not what the source is. */
class DifferenceError extends Error {
  override readonly name = "DifferenceError";

  constructor({ source, target }: Work, tables: readonly TableCheck[]) {
    const each = tables.map(({ table, rows, difference }) =>
      `${table} (${difference?.rows} rows for ${rows}, ` +
      `first at ${JSON.stringify(difference?.key)})`
    );
    super(
      `Cannot finish the migration: ${target.label} differs from "${source.file}" in ` +
        `${each.join(", ")}. No node starts on it; begin anew with --restart, and if it differs ` +
        "again, find out who else writes to it",
    );
  }
}
