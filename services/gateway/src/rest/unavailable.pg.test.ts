import { createLogger, createPool, Tokens } from "@heliograph/server-kit";
import { databaseNames } from "@heliograph/shared/database-names";
import Fastify from "fastify";
import { expect, test } from "vitest";
import { EntityRegistry } from "../db/entity-registry.ts";
import { registerRest } from "./register-rest.ts";
import { jwtSettings, startRest } from "./testing/start-rest.ts";

const silent = createLogger("test", "fatal");

test("an unreachable database gives 503 with Retry-After on every route, without the cause", async () => {
  const pool = createPool({
    url: "postgresql://heliograph_gateway@localhost/none?host=%2Fnowhere",
    names: databaseNames("app", "heliograph"),
    name: "test",
    max: 2,
    logger: silent,
  });
  const tokens = new Tokens(jwtSettings);
  const app = Fastify();
  const dependencies = { pool, tokens, logger: silent, poke: () => undefined, config: { ALLOWED_ORIGINS: [] } };
  await registerRest(app, { ...dependencies, registry: new EntityRegistry(pool) });
  const id = "00000000-0000-4000-8000-000000000000";
  const authorization = `Bearer ${tokens.sign({ personId: id, organizationId: id }).token}`;
  const requests = [
    { method: "GET", url: "/api/v1/project" },
    { method: "POST", url: "/api/v1/project", payload: { name: "x" } },
    { method: "POST", url: "/api/v1/auth/login", payload: { email: "a@b.example", password: "x" } },
  ] as const;
  for (const request of requests) {
    const answer = await app.inject({ ...request, headers: { authorization } });
    expect(answer.statusCode).toBe(503);
    expect(answer.headers["retry-after"]).toBe("2");
    expect(answer.json().error).toMatchObject({
      code: "unavailable",
      message: expect.stringContaining("not answered"),
    });
    expect(answer.body).not.toMatch(/nowhere|ENOENT|\.ts/);
  }
  await app.close();
  await pool.end();
});

test("a database connection that is lost during a request gives 503, and requests succeed when it is reachable again", async () => {
  await using rest = await startRest();
  const { body: created } = await rest.call("POST /team", { body: { name: "Before" } });
  const holder = await rest.db.pool.connect();
  await holder.query("begin");
  await holder.query("select 1 from app.team where id = $1 for update", [created.$id]);
  // The connection is cut while the change waits for a row lock.
  const waiting = rest.call(`PATCH /team/${created.$id}`, { body: { name: "After" } });
  const cut = async () => {
    const { rowCount } = await rest.db.pool.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and usename = 'heliograph_gateway' and wait_event_type = 'Lock'`,
    );
    return rowCount;
  };
  await expect.poll(cut, { interval: 20 }).toBe(1);
  const answer = await waiting;
  expect([answer.status, answer.body.error.code]).toEqual([503, "unavailable"]);
  expect(answer.headers["retry-after"]).toBeDefined();
  await holder.query("rollback");
  holder.release();
  expect((await rest.call(`GET /team/${created.$id}`)).body["name"]).toBe("Before");
});

test("a statement that exceeds the time limit is cancelled, and the answer says so", async () => {
  await using rest = await startRest({ STATEMENT_TIMEOUT_MS: 100 });
  const { body: created } = await rest.call("POST /team", { body: { name: "Held" } });
  const holder = await rest.db.pool.connect();
  await holder.query("begin");
  await holder.query("select 1 from app.team where id = $1 for update", [created.$id]);
  const answer = await rest.call(`PATCH /team/${created.$id}`, { body: { name: "Too late" } });
  expect([answer.status, answer.body.error.code]).toEqual([503, "unavailable"]);
  expect(answer.body.error.message).toContain("took too long");
  await holder.query("rollback");
  holder.release();
});
