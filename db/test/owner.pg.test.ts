import { randomUUID } from "node:crypto";
import { createTestDatabase, type TestDatabase } from "@heliograph/server-kit/testing";
import { expect, test } from "vitest";
import { withClient } from "../src/database/connection.ts";
import { withDatabaseName } from "../src/database/scratch-database.ts";
import { checkSchema, dumpCatalog, migrate, seedDemo, suiteNames } from "../src/index.ts";
import { asUser } from "./support/as-user.ts";

/** Creates a database like those of managed services: its owner may create roles and databases but is no superuser. */
async function createManagedDatabase(
  server: TestDatabase,
): Promise<{ owner: string; db: TestDatabase } & AsyncDisposable> {
  const owner = `owner_${randomUUID().slice(0, 8)}`;
  await server.pool.query(`create role ${owner} login createdb createrole`);
  // Another role created the roles of this server.
  await server.pool.query(`grant heliograph_log to ${owner}`);
  await server.pool.query(`create database ${owner} owner ${owner}`);
  const url = (role?: string) => withDatabaseName(server.url(role), owner);
  return {
    owner,
    db: { ...server, name: owner, url },
    [Symbol.asyncDispose]: async () => {
      await server.pool.query(`drop database ${owner} with (force)`);
      await server.pool.query(`drop role ${owner}`);
    },
  };
}

test("migration, demo data, grants, erasure and resync work for an owner without superuser rights", async () => {
  await using server = await createTestDatabase({ template: "suite" });
  await using managed = await createManagedDatabase(server);
  const { db, owner } = managed;
  await migrate(db.url(owner), { names: suiteNames, suite: true });
  const { users } = await seedDemo(db.url(owner));
  const [alice, bob] = users;
  if (alice === undefined || bob === undefined) throw new Error("the demo has no users");

  await withClient(db.url(owner), async (client) => {
    expect((await client.query("select from app.check_sync()")).rowCount).toBe(0);
    const { rows: resynced } = await client.query<{ n: number }>("select app.resync('task')::int n");
    expect(resynced[0]?.n).toBeGreaterThan(1000);

    const { rows } = await client.query<{ entity_id: string }>(
      `select entity_id from app.logging l where entity_code = 'task' and restricted and container_ids @> array['tenant/' || $1]
        and not exists (select from app.entity_grant g where g.entity_id = l.entity_id) limit 1`,
      [bob.organizationId],
    );
    const task = rows[0]?.entity_id;
    const visible = () => asUser(db, bob, (query) => query("select from app.task where id = $1", [task]));
    expect(await visible()).toEqual([]);
    await client.query(
      "insert into app.entity_grant (entity_code, entity_id, person_id, organization_id) values ('task', $1, $2, $3)",
      [task, bob.personId, bob.organizationId],
    );
    const { rows: granted } = await client.query<{ container_ids: string[] }>(
      "select container_ids from app.logging where entity_id = $1 and action = 4",
      [task],
    );
    expect(granted[0]?.container_ids).toContain(`tenant/${bob.organizationId}`);
    expect(await visible()).toHaveLength(1);

    // Functions of maintenance see every row: no grant is orphaned, and the erasure finds the employee.
    await client.query("update app.entity_grant set created_ts = now() - interval '2 days'");
    expect((await client.query("select app.delete_orphan_grants()::int as n")).rows).toEqual([{ n: 0 }]);
    const { rows: employees } = await client.query("select from app.employee where person_id = $1", [bob.personId]);
    await client.query("select app.request_erasure($1)", [bob.personId]);
    await client.query("select app.begin_erasure($1)", [bob.personId]);
    const { rows: erasure } = await client.query<{ entity_keys: string[] }>("select entity_keys from app.erasure");
    expect(employees.length).toBeGreaterThan(0);
    expect(erasure[0]?.entity_keys).toHaveLength(employees.length);
  });

  const before = await withClient(db.url(owner), (client) =>
    client.query("select count(*)::int n from app.logging where action = 2"),
  );
  await asUser(db, alice, async (query) => {
    await query("update app.project set name = name || '!' where id = (select min(id::text)::uuid from app.project)");
  });
  const after = await withClient(db.url(owner), (client) =>
    client.query("select count(*)::int n from app.logging where action = 2"),
  );
  expect(after.rows[0]?.n - before.rows[0]?.n).toBe(1);

  // A cascade of the owner's statement is logged.
  await withClient(db.url(owner), (client) =>
    client.query("delete from app.project where id = (select min(id::text)::uuid from app.project)"),
  );
  await withClient(db.url(owner), async (client) => {
    expect(
      (await client.query("select from app.logging where action = 3 and entity_code = 'task'")).rowCount,
    ).toBeGreaterThan(0);
  });
});

test("an owner without superuser rights gets the same schema, and its check passes", async () => {
  await using server = await createTestDatabase({ template: "suite" });
  await using managed = await createManagedDatabase(server);
  const url = managed.db.url(managed.owner);
  await migrate(url, { names: suiteNames, suite: true });
  expect(await dumpCatalog(url, suiteNames)).toBe(await dumpCatalog(server.url(), suiteNames));
  expect(await checkSchema(url)).toEqual([]);
});
