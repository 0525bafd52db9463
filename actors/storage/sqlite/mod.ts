export { openSqliteReader, type SqliteReaderOptions } from "./reader.ts";
export { databaseFile, lockDataFolder, openSqliteStore, type SqliteStoreOptions } from "./store.ts";
export { type BackupOptions, type BackupReport, backupSqlite } from "./backup.ts";
export { type RestoreOptions, type RestoreReport, restoreSqlite } from "./restore.ts";
