import { createTestDatabase } from "@heliograph/server-kit/testing";
import { expect, test } from "vitest";
import { suiteNames } from "../src/index.ts";
import { scramVerifier, setLogins } from "../src/logins.ts";

const urls = (gateway: string, watcher: string) => ({
  GATEWAY_DATABASE_URL: `postgresql://heliograph_gateway:${gateway}@db.example/heliograph`,
  WATCHER_DATABASE_URL: `postgresql://heliograph_watcher:${watcher}@db.example/heliograph`,
});

test("scramVerifier computes the same verifier as PostgreSQL", async () => {
  await using db = await createTestDatabase({ template: "suite" });
  // In a transaction that is rolled back: roles are shared by all databases of the server.
  const client = await db.pool.connect();
  try {
    await client.query("begin");
    await client.query("set local password_encryption = 'scram-sha-256'");
    await client.query("create role verifier_probe password 'correct horse battery'");
    const { rows } = await client.query<{ rolpassword: string }>(
      "select rolpassword from pg_authid where rolname = 'verifier_probe'",
    );
    const salt = /^SCRAM-SHA-256\$4096:([^$]+)\$/.exec(rows[0]?.rolpassword ?? "")?.[1] ?? "";
    expect(scramVerifier("correct horse battery", Buffer.from(salt, "base64"))).toBe(rows[0]?.rolpassword);
  } finally {
    await client.query("rollback");
    client.release();
  }
});

test("the roles get the passwords of the services' database URLs, as verifiers", async () => {
  await using db = await createTestDatabase({ template: "suite" });
  await setLogins(db.url(), db.names, urls("gateway-password-1", "watcher-password-1"));
  const { rows } = await db.pool.query<{ rolname: string; kept: string }>(
    "select rolname, left(rolpassword, 19) as kept from pg_authid where rolname in ('heliograph_gateway', 'heliograph_watcher') order by 1",
  );
  expect(rows).toEqual([
    { rolname: "heliograph_gateway", kept: "SCRAM-SHA-256$4096:" },
    { rolname: "heliograph_watcher", kept: "SCRAM-SHA-256$4096:" },
  ]);
});

test.each([
  [{}, "GATEWAY_DATABASE_URL must be the database URL"],
  [urls("short", "watcher-password-1"), "GATEWAY_DATABASE_URL must hold a password"],
  [
    { ...urls("gateway-password-1", ""), WATCHER_DATABASE_URL: "postgresql://postgres:a-long-password-1@db/x" },
    "WATCHER_DATABASE_URL must name the role heliograph_watcher",
  ],
])("invalid database URLs are rejected before anything is changed: %j", async (env, message) => {
  await expect(setLogins("postgresql://nobody@nowhere.invalid/none", suiteNames, env)).rejects.toThrow(message);
});
