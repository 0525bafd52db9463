/** Stores of one database of a test's own, as several nodes would have them. */
import { openPostgresStore, type PostgresStoreOptions } from "../../actors/storage/postgres/mod.ts";
import type { Store } from "../../actors/storage/port.ts";
import type { PostgresServer, TestDatabase } from "./postgres_server.ts";

/** However busy the machine is, nothing is given up but by what a test does. */
export const PATIENT = {
  connectMs: 60_000,
  lockMs: 120_000,
  statementMs: 120_000,
  idleMs: 120_000,
  answerMs: 150_000,
};

/** Runs `check` with so many stores of a new database. */
export async function withStores(
  server: PostgresServer,
  count: number,
  check: (stores: readonly Store[], database: TestDatabase) => Promise<void>,
  options: Partial<PostgresStoreOptions> = {},
): Promise<void> {
  const database = await server.createDatabase();
  const stores: Store[] = [];
  try {
    for (let opened = 0; opened < count; opened++) {
      stores.push(await openPostgresStore({ url: database.url, deadlines: PATIENT, ...options }));
    }
    await check(stores, database);
  } finally {
    await Promise.all(stores.map((store) => store.close()));
  }
}

/** One of the stores. */
export function at(stores: readonly Store[], index: number): Store {
  const store = stores[index];
  if (store === undefined) throw new Error(`there is no store ${index}`);
  return store;
}

/** Those of the ids that a store has, sorted. */
export async function idsIn(store: Store, ...ids: readonly string[]): Promise<readonly string[]> {
  return [...(await store.write((tx) => tx.findTasks(ids))).keys()].sort();
}
