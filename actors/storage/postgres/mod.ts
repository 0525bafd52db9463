export { openPostgresCluster } from "./cluster_store.ts";
export { openPostgresStore, type PostgresStoreOptions } from "./store.ts";
