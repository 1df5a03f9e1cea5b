import { expect, test } from "vitest";
import { databaseNames } from "./database-names.ts";

test("the schema is quoted and roles begin with the prefix", () => {
  expect(databaseNames("Helio graph", "acme")).toEqual({
    schema: '"Helio graph"',
    roles: { app: "acme_app", gateway: "acme_gateway", watcher: "acme_watcher", log: "acme_log" },
  });
});

test.each(["", "1st", 'a"b', "a'b", "a%b", "a.b", "a\\b", "$a", "pg_x", "é".repeat(32)])(
  "the schema %j is refused",
  (schema) => {
    expect(() => databaseNames(schema, "heliograph")).toThrow(RangeError);
  },
);

test("names that only resemble reserved ones are accepted", () => {
  expect(databaseNames("Pg_x", "pgx").roles.app).toBe("pgx_app");
  expect(databaseNames("pg", "my_pg_x").schema).toBe('"pg"');
});

test.each(["", "Acme", "1a", "a-b", "a b", "pg", "pg_x", "a".repeat(42)])("the role prefix %j is refused", (prefix) => {
  expect(() => databaseNames("app", prefix)).toThrow(RangeError);
});
