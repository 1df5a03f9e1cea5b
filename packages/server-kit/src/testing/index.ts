export { type FreezableProxy, startFreezableProxy } from "./freezable-proxy.ts";
export { createTestDatabase, type TestDatabase } from "./test-database.ts";
