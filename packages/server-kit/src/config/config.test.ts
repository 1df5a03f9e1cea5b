import { expect, test } from "vitest";
import { flag, integer, list, loadConfig, renderConfigTable, text, url } from "./config.ts";
import { ConfigurationError } from "./configuration-error.ts";

const table = {
  PORT: integer({ description: "port", default: 4000, min: 0, max: 65_535 }),
  DATABASE_URL: url({ description: "PostgreSQL writer", protocols: ["postgresql:"] }),
  REDIS_URL: url<null>({ description: "Redis", protocols: ["redis:"], default: null }),
  JWT_SECRET: text({ description: "key", minLength: 32, secret: true }),
  SYNC_ENABLED: flag({ description: "kill switch", default: true }),
  ALLOWED_ORIGINS: list({ description: "origins", default: [] }),
};
const good = { DATABASE_URL: "postgresql://localhost/x", JWT_SECRET: "x".repeat(32) };

test("defaults replace absent and empty variables, and the result is frozen", () => {
  const config = loadConfig(table, { ...good, PORT: "" });
  expect(config).toEqual({ ...good, PORT: 4000, REDIS_URL: null, SYNC_ENABLED: true, ALLOWED_ORIGINS: [] });
  expect(Object.isFrozen(config)).toBe(true);
});

test("one error names all invalid variables with their meanings", () => {
  const load = (): unknown =>
    loadConfig(table, { PORT: "70000", SYNC_ENABLED: "yes", JWT_SECRET: "short", REDIS_URL: "localhost" });
  expect(load).toThrow(ConfigurationError);
  expect(load).toThrow(/PORT must be between 0 and 65535, but is "70000" \(port\)/);
  expect(load).toThrow(/SYNC_ENABLED must be true or false/);
  expect(load).toThrow(/DATABASE_URL is required but not set \(PostgreSQL writer\)/);
  expect(load).toThrow(/REDIS_URL must be a URL/);
});

test("an error about a URL names the accepted protocols", () => {
  const stores = { URL: url({ description: "store", protocols: ["redis:", "rediss:"] }) };
  expect(() => loadConfig(stores, { URL: "http://a" })).toThrow("URL must begin with redis:// or rediss://");
});

test("a secret's value never appears in a message", () => {
  expect(() => loadConfig(table, { ...good, JWT_SECRET: "hunter2" })).toThrow(
    /^(?!.*hunter2).*JWT_SECRET must have at least 32 bytes/,
  );
});

test("text that only resembles a number is refused", () => {
  expect(() => loadConfig(table, { ...good, PORT: "4e3" })).toThrow(/PORT must be a whole number/);
});

test("the table renders one row for each variable", () => {
  expect(renderConfigTable(table).trim().split("\n")).toHaveLength(2 + Object.keys(table).length);
});
