import { hash } from "@node-rs/argon2";
import pg from "pg";
import { withClient } from "../../src/database/connection.ts";
import { grantRows } from "./demo-grants.ts";
import { demoRows, organizationRows } from "./demo-rows.ts";
import { type DemoUser, demoAccounts, demoUsers, NORTHWIND_ID } from "./demo-users.ts";
import { insertRows } from "./insert-rows.ts";

export { type DemoUser, demoUsers };

/**
 * Inserts the demo data into a migrated database: two organizations, five users and a few thousand business rows. Ids and
 * content are the same in every run; only password salts and times in the log differ. Runs in one transaction and does
 * nothing if the demo data exists. The log rows stay pending: they are real changes, which the watcher claims like others.
 * @param databaseUrl connects as the owner of the tables
 */
export async function seedDemo(databaseUrl: string): Promise<{ users: readonly DemoUser[] }> {
  await withClient(databaseUrl, async (client) => {
    await client.query("begin");
    // Of two concurrent runs, the second waits here and then finds the rows.
    await client.query("select pg_advisory_xact_lock(hashtext('heliograph:seed'))");
    if (!(await isSeeded(client))) await fill(client);
    // An error above closes the connection, which rolls the transaction back.
    await client.query("commit");
  });
  return { users: demoUsers };
}

async function isSeeded(client: pg.Client): Promise<boolean> {
  const { rowCount } = await client.query("select from app.organization where id = $1", [NORTHWIND_ID]);
  return rowCount !== 0;
}

async function fill(client: pg.Client): Promise<void> {
  const actor = { fname: "Demo", lname: "data", username: "seed", person_type: "system" };
  await client.query("select set_config('app.actor', $1, true)", [JSON.stringify(actor)]);
  const tables = demoRows();
  await insertRows(client, "organization", organizationRows());
  await insertAccounts(client);
  for (const [table, rows] of tables) await insertRows(client, table, rows);
  await insertRows(client, "entity_grant", grantRows(tables));
  // Without statistics, PostgreSQL would plan the first list queries for empty tables.
  const names = ["organization", "person", "membership", "entity_grant", ...tables.keys()];
  await client.query(`analyze ${names.map((name) => `app.${pg.escapeIdentifier(name)}`).join(", ")}`);
}

async function insertAccounts(client: pg.Client): Promise<void> {
  const hashes = await Promise.all(demoAccounts.map((account) => hash(account.password)));
  const accounts = demoAccounts.map((account, i) => ({ ...account, passwordHash: hashes[i] ?? "" }));
  await insertRows(
    client,
    "person",
    accounts.map(({ personId, email, fname, lname }) => ({ id: personId, email, fname, lname })),
  );
  await insertRows(
    client,
    "credential",
    accounts.map(({ personId, passwordHash }) => ({ person_id: personId, password_hash: passwordHash })),
  );
  await insertRows(
    client,
    "membership",
    accounts.map(({ personId, organizationId, role }) => ({
      person_id: personId,
      organization_id: organizationId,
      role,
    })),
  );
}
