export { openSqliteReader, type SqliteReaderOptions } from "./reader.ts";
export { databaseFile, openSqliteStore, type SqliteStoreOptions } from "./store.ts";
