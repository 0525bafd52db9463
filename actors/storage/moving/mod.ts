export {
  migrateToPostgres,
  type MigrationOptions,
  type MigrationProgress,
  type MigrationReport,
} from "./migration.ts";
