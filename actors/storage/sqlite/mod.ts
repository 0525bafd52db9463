export { openSqliteReader, type SqliteReaderOptions } from "./reader.ts";
export { databaseFile, lockDataFolder, openSqliteStore, type SqliteStoreOptions } from "./store.ts";
