import { SchemaTooNewError } from "./port.ts";

/** One step of a schema, forward only. A published step is never changed. */
export interface Migration {
  /** Counts from 1 without gaps. */
  readonly version: number;
  readonly name: string;
  readonly sql: string;
}

/** A database that can be migrated; the caller holds the lock that keeps other migrators out. */
export interface MigrationTarget {
  /** What is being migrated, as users know it: `data folder "./data"`. */
  readonly label: string;
  /** The version of the last applied step, 0 for an empty database. */
  version(): Promise<number>;
  /** Applies one step and records its version, in one transaction. */
  apply(migration: Migration): Promise<void>;
}

/** Brings `target` to the newest of `migrations`; refuses a schema that is newer than that. */
export async function migrate(
  target: MigrationTarget,
  migrations: readonly Migration[],
): Promise<void> {
  const current = await target.version();
  assertKnown(target.label, current, migrations.length);
  for (const [index, migration] of migrations.entries()) {
    if (migration.version !== index + 1) {
      throw new Error(`migration "${migration.name}" is out of order: step ${index + 1} expected`);
    }
    if (migration.version > current) await target.apply(migration);
  }
}

/** Throws `SchemaTooNewError` where a store is at a version that this program does not know. */
export function assertKnown(label: string, version: number, newest: number): void {
  if (version <= newest) return;
  throw new SchemaTooNewError(
    `Cannot open the ${label}: its schema is version ${version} and this dtask knows up to ` +
      `${newest}; start the newer dtask that wrote it, or restore a backup made before the upgrade`,
  );
}
