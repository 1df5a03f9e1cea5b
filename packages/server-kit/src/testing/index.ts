export { type Freezer, startFreezer } from "./freezer.ts";
export { createTestDatabase, type TestDatabase } from "./test-database.ts";
