export { type DemoUser, demoUsers, seedDemo } from "../suite/seed/seed-demo.ts";
export { dumpCatalog } from "./dump.ts";
export { defaultNames, type MigrateOptions, type MigrationLogger, migrate, suiteNames } from "./migrate.ts";
export { checkSchema, writeSchema } from "./schema-check.ts";
