/** Opens the store that a configuration names. A backend that is not used is not loaded either. */
import type { Store, StoreReader } from "./port.ts";

/** Where the data lies. */
export type StoreLocation =
  | {
    /** A data folder on this machine, for one node alone. */
    readonly kind: "sqlite";
    readonly dataDir: string;
  }
  | {
    /** A database for all nodes that name it. */
    readonly kind: "postgres";
    readonly url: string;
    /** The incarnation that writes: see `PostgresStoreOptions`. */
    readonly node?: string;
  };

/** Opens a store for the isolate that writes. The lock of a data folder is its caller's to hold. */
export async function openStore(location: StoreLocation): Promise<Store> {
  if (location.kind === "sqlite") {
    const { openSqliteStore } = await import("./sqlite/mod.ts");
    return await openSqliteStore({ dataDir: location.dataDir, locked: true });
  }
  const { openPostgresStore } = await import("./postgres/mod.ts");
  return await openPostgresStore(location);
}

/** Opens a store for an isolate that only looks. A writer has to have opened it once before. */
export async function openReader(location: StoreLocation): Promise<StoreReader> {
  if (location.kind === "sqlite") {
    const { openSqliteReader } = await import("./sqlite/mod.ts");
    return await openSqliteReader({ dataDir: location.dataDir });
  }
  const { openPostgresReader } = await import("./postgres/mod.ts");
  return openPostgresReader({ url: location.url });
}
