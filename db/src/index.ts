export { dumpCatalog } from "./dump.ts";
export { importFresh } from "./import-fresh.ts";
export { type MigrateOptions, type MigrationLogger, migrate } from "./migrate.ts";
export { checkSchema, writeSchema } from "./schema-check.ts";
export { type DemoUser, demoUsers, seedDemo } from "./seed.ts";
export { writeInitialMigration } from "./snapshot.ts";
