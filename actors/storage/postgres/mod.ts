export { openPostgresCluster } from "./cluster_store.ts";
export { findInconsistencies } from "./consistency.ts";
export { openPostgresReader, type PostgresReaderOptions } from "./reader.ts";
export { openPostgresStore, type PostgresStoreOptions } from "./store.ts";
export { openNewsChannel } from "./news_channel.ts";
