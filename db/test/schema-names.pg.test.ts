import { randomUUID } from "node:crypto";
import { createTestDatabase } from "@heliograph/server-kit/testing";
import { type DatabaseNames, databaseNames } from "@heliograph/shared/database-names";
import pg from "pg";
import { describe, expect, test } from "vitest";
import { withScratchDatabase } from "../src/database/scratch-database.ts";
import { dumpCatalog, migrate } from "../src/index.ts";

/** Runs `work` on a new database with the core under the given names and a live table of an application. */
async function onCore(names: DatabaseNames, work: (client: pg.Client) => Promise<void>): Promise<void> {
  await using server = await createTestDatabase({ template: "core" });
  await withScratchDatabase(server.url(), async (url) => {
    await migrate(url, { names });
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      await client.query("create table note (id uuid primary key, organization_id uuid not null, text text)");
      await client.query(`select ${names.schema}.enable_sync('note', 'note')`);
      await work(client);
    } finally {
      await client.end();
    }
  });
}

describe.each(["app", "heliograph", "Helio graph"])("in the schema %s", (name) => {
  const names = databaseNames(name, "heliograph");
  const { schema } = names;

  test("a change is logged, claimed and shown in the history, and visible only to its tenant", async () => {
    await onCore(names, async (client) => {
      const [id, tenant, watcher] = [randomUUID(), randomUUID(), randomUUID()];
      await client.query("begin");
      await client.query(
        "select set_config('role', $1, true), set_config('app.person_id', $2, true), set_config('app.organization_id', $3, true)",
        [names.roles.app, randomUUID(), tenant],
      );
      await client.query("insert into note values ($1, $2, 'first')", [id, tenant]);
      await client.query("update note set text = 'second' where id = $1", [id]);
      expect((await client.query("select from note")).rowCount).toBe(1);
      await client.query("select set_config('app.organization_id', $1, true)", [randomUUID()]);
      expect((await client.query("select from note")).rowCount).toBe(0);
      await client.query("commit");

      await client.query(`select ${schema}.lead($1)`, [watcher]);
      const { rows: claimed } = await client.query(`select first_seq, last_seq from ${schema}.claim($1, 10, 0)`, [
        watcher,
      ]);
      expect(claimed).toEqual([{ first_seq: "1", last_seq: "2" }]);
      const { rows: history } = await client.query(`select action, columns from ${schema}.entity_history('note', $1)`, [
        id,
      ]);
      expect(history).toEqual([
        { action: 2, columns: ["text"] },
        { action: 1, columns: [] },
      ]);
      await expect(client.query(`select ${schema}.claim($1, 10, 0)`, [randomUUID()])).resolves.toMatchObject({
        rows: [],
      });
    });
  });

  test("sessions, partitions, checks and disable_sync work", async () => {
    await onCore(names, async (client) => {
      const [connection, user, tenant, gateway, next] = Array.from({ length: 5 }, () => randomUUID());
      await client.query(`insert into ${schema}.gateway (id, address) values ($1, 'a'), ($2, 'b')`, [gateway, next]);
      await client.query(
        `insert into ${schema}.rxdb_session (connection_id, user_id, organization_id, gateway_id) values ($1, $2, $3, $4)`,
        [connection, user, tenant, gateway],
      );
      const { rows } = await client.query(`select generation from ${schema}.resume_sessions($1, $2, $3, $4)`, [
        [connection],
        [user],
        [tenant],
        next,
      ]);
      expect(rows).toEqual([{ generation: "2" }]);
      expect((await client.query(`select * from ${schema}.reap_sessions()`)).rows).toEqual([
        { gateways: 0, sessions: 0, subscriptions: 0 },
      ]);
      await client.query(`select ${schema}.cleanup_connection($1)`, [connection]);
      expect((await client.query(`select from ${schema}.rxdb_session`)).rowCount).toBe(0);

      const { rows: made } = await client.query(`select ${schema}.ensure_partitions(20) as made`);
      expect(made).toEqual([{ made: 12 }]);
      expect((await client.query(`select * from ${schema}.expired_log_days(2, 2)`)).rows).toEqual([]);
      expect((await client.query(`select * from ${schema}.check_sync()`)).rows).toEqual([]);
      for (const job of ["expire_grants", "delete_orphan_grants", "delete_orphan_subscriptions", "expire_mutations"])
        expect((await client.query(`select ${schema}.${job}()::int as n`)).rows).toEqual([{ n: 0 }]);
      await client.query(`select ${schema}.disable_sync('note')`);
      expect((await client.query(`select from ${schema}.entity_type`)).rowCount).toBe(0);
      await client.query("insert into note values ($1, $2, 'unlogged')", [randomUUID(), tenant]);
      expect((await client.query(`select from ${schema}.logging`)).rowCount).toBe(0);
    });
  });

  test("the default hooks of the core accept a verified token and have no sign-in", async () => {
    await onCore(names, async (client) => {
      const [person, tenant] = [randomUUID(), randomUUID()];
      const { rows } = await client.query(`select person_id, organization_id, role from ${schema}.identify($1, $2)`, [
        person,
        tenant,
      ]);
      expect(rows).toEqual([{ person_id: person, organization_id: tenant, role: "member" }]);
      await expect(client.query(`select ${schema}.login('ada@example.org')`)).rejects.toMatchObject({
        code: "HG002",
        message: "no sign-in is installed",
      });
      await client.query(`select ${schema}.request_erasure($1)`, [person]);
      await client.query(`select ${schema}.begin_erasure($1)`, [person]);
      await client.query(`select ${schema}.finish_erasure($1)`, [person]);
      expect((await client.query(`select rows::int from ${schema}.erasure`)).rows).toEqual([{ rows: 0 }]);
    });
  });
});

test("role names have the prefix, and two installations in one database share nothing", async () => {
  const [first, second] = [databaseNames("schema_a", "roles_a"), databaseNames("schema_b", "roles_b")];
  await using server = await createTestDatabase({ template: "core" });
  try {
    await withScratchDatabase(server.url(), async (url) => {
      await migrate(url, { names: first });
      await migrate(url, { names: second });
      const [one, two] = [await dumpCatalog(url, first), await dumpCatalog(url, second)];
      expect(two.replaceAll("schema_b", "schema_a").replaceAll("roles_b", "roles_a")).toBe(one);
      expect(one).toContain("roles_a_gateway");
      expect(one).not.toMatch(/heliograph_(app|gateway|watcher|log)\b/);
    });
  } finally {
    for (const { roles } of [first, second])
      for (const role of [roles.gateway, roles.watcher, roles.app, roles.log])
        await server.pool.query(`drop role if exists ${role}`);
  }
});

test("the suite is rejected in a schema other than app, before anything is installed", async () => {
  await using server = await createTestDatabase({ template: "core" });
  await withScratchDatabase(server.url(), async (url) => {
    const names = databaseNames("heliograph", "heliograph");
    await expect(migrate(url, { names, suite: true })).rejects.toThrow("set HELIOGRAPH_SCHEMA=app");
  });
});
