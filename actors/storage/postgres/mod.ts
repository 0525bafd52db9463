export { openPostgresCluster } from "./cluster_store.ts";
export { openPostgresReader, type PostgresReaderOptions } from "./reader.ts";
export { openPostgresStore, type PostgresStoreOptions } from "./store.ts";
