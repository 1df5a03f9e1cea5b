import { randomUUID } from "node:crypto";
import { Tokens } from "@heliograph/server-kit";
import { createTestDatabase } from "@heliograph/server-kit/testing";
import { startCluster } from "@heliograph/testkit/cluster/cluster";
import { TestSocket } from "@heliograph/testkit/socket/test-socket";
import { expect, inject, test } from "vitest";

test("a database with only the core serves the adopter's table to holders of tokens issued elsewhere, and has no sign-in", async () => {
  await using db = await createTestDatabase({ template: "core" });
  const { rows: others } = await db.pool.query("select from pg_namespace where nspname = 'app'");
  expect(others).toEqual([]);
  await db.pool.query(`
    create table public.note (id uuid primary key, organization_id uuid not null, text text not null);
    select heliograph.enable_sync('public.note', 'note', containers => '{organization_id}');`);
  await using cluster = await startCluster({
    databaseUrl: db.url(),
    redisUrl: inject("redisUrl"),
    gateways: 1,
    watchers: 1,
    env: { HELIOGRAPH_SCHEMA: "heliograph" },
  });
  const [gateway] = cluster.gateways;
  if (!gateway) throw new Error("no gateway");

  const signIn = await fetch(new URL("/api/v1/auth/login", gateway.url), {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ email: "ada@example.org", password: "correct horse battery" }),
  });
  expect(signIn.status).toBe(501);
  expect(await signIn.json()).toMatchObject({
    error: { code: "sign_in_not_installed", message: "No sign-in is installed." },
  });

  const tokens = new Tokens({
    JWT_SECRET: cluster.settings["JWT_SECRET"] ?? "",
    JWT_ISSUER: "heliograph",
    JWT_AUDIENCE: "heliograph",
    TOKEN_LIFETIME_S: 600,
  });
  const organizationId = randomUUID();
  const { token } = tokens.sign({ personId: randomUUID(), organizationId });
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  const id = randomUUID();
  const created = await fetch(new URL("/api/v1/note", gateway.url), {
    method: "POST",
    headers,
    body: JSON.stringify({ id, organization_id: organizationId, text: "first" }),
  });
  expect([created.status, await created.text()]).toEqual([201, expect.stringContaining(id)]);

  await using socket = await TestSocket.connect({ url: gateway.url, token });
  expect(await socket.subscribe("note", [id])).toMatchObject({ gone: [] });
  const changed = await fetch(new URL(`/api/v1/note/${id}`, gateway.url), {
    method: "PATCH",
    headers,
    body: JSON.stringify({ text: "second" }),
  });
  expect(changed.status).toBe(200);
  const { $version: version } = (await changed.json()) as { $version: number };
  await socket.untilVersion("note", id, version);

  const other = tokens.sign({ personId: randomUUID(), organizationId: randomUUID() });
  const hidden = await fetch(new URL(`/api/v1/note/${id}`, gateway.url), {
    headers: { authorization: `Bearer ${other.token}` },
  });
  expect(hidden.status).toBe(404);
});
