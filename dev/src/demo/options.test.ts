import { ConfigurationError } from "@heliograph/server-kit";
import { expect, test } from "vitest";
import { demoOptions } from "./options.ts";

test("the defaults are port 8080 on this machine only, servers of its own, data in .data", () => {
  const options = demoOptions([], {});
  expect(options).toMatchObject({ port: 8080, host: "127.0.0.1", reset: false, databaseUrl: null, redisUrl: null });
  expect(options?.dataFolder.endsWith(".data")).toBe(true);
});

test("settings are passed on to the services, except values that differ between them", () => {
  const env = {
    SYNC_ENABLED: "false",
    DATABASE_URL: "postgresql://a@b/c",
    REDIS_URL: "redis://b",
    PORT: "9000",
    npm_config_x: "y",
  };
  const options = demoOptions([], env);
  expect(options).toMatchObject({ port: 9000, databaseUrl: "postgresql://a@b/c", redisUrl: "redis://b" });
  expect(options?.passOn).toEqual({ SYNC_ENABLED: "false" });
});

test("an empty variable counts as absent", () => {
  expect(demoOptions([], { DATABASE_URL: "", PORT: "" })).toMatchObject({ databaseUrl: null, port: 8080 });
});

test("the database of DATABASE_URL is never deleted", () => {
  expect(() => demoOptions(["--reset"], { DATABASE_URL: "postgresql://a@b/c" })).toThrow("DATABASE_URL");
});

test.each([
  ["DATABASE_URL", "localhost"],
  ["DATABASE_URL", "mysql://a@b/c"],
  ["REDIS_URL", "localhost:6379"],
  ["PORT", "abc"],
])("%s=%s is an error that names the variable", (name, value) => {
  const read = (): unknown => demoOptions([], { [name]: value });
  expect(read).toThrow(ConfigurationError);
  expect(read).toThrow(name);
});

test.each([["--port", "0"], ["--port", "x"], ["--colour"]])("%s %s is an error", (...args) => {
  expect(() => demoOptions(args, {})).toThrow();
});
