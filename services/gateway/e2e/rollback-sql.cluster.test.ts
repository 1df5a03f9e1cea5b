import { expect, test } from "vitest";
import { sequenceFaults } from "./harness/feed-sequence.ts";
import { insertProjects, rename } from "./harness/fixture-rows.ts";
import { useTestCluster } from "./harness/test-cluster.ts";

const cluster = useTestCluster();

async function organizationOf(email: string): Promise<string> {
  const { rows } = await cluster().sql.query<{ organization_id: string }>(
    "select organization_id from app.membership join app.person p on p.id = person_id where p.email = $1",
    [email],
  );
  const id = rows[0]?.organization_id;
  if (id === undefined) throw new Error(`${email} is no member`);
  return id;
}

// The SQL that an operator runs to reset the sync state. It must lose no change and take no row back.
test("emptying the subscription table and queueing sent changes again under open sockets loses nothing", async () => {
  const { sql } = cluster();
  const ids = await insertProjects(sql, { organizationId: await organizationOf("bob@northwind.example"), count: 20 });
  await cluster().settled();
  const [bob, carol] = [await cluster().socket("bob", 0), await cluster().socket("carol", 1)];
  for (const socket of [bob, carol]) await socket.subscribe("project", ids);
  const told = new Map<string, number>();
  for (const id of ids) told.set(id, await rename(sql, "project", id, "before"));
  for (const socket of [bob, carol]) await socket.untilAll("project", told);
  await cluster().settled();
  const before = await sql.query<{ head: number }>("select head_seq::float8 as head from app.sync_state");

  await sql.query("truncate app.rxdb_subscription");
  const claimed = await sql.query("update app.logging set sync_status = 'pending' where sync_status = 'processing'");
  expect(claimed.rowCount).toBe(0);
  const again = await sql.query(
    "update app.logging set sync_status = 'pending', sync_seq = null, sync_processed_ts = null where entity_id = any ($1) and sync_status = 'sent'",
    [ids],
  );
  expect(again.rowCount).toBeGreaterThanOrEqual(ids.length);

  // Sockets that were open go on as if nothing had been, with what changed meanwhile and with what changes now.
  await cluster().settled();
  const after = await sql.query<{ head: number }>("select head_seq::float8 as head from app.sync_state");
  expect(after.rows[0]?.head).toBeGreaterThanOrEqual((before.rows[0]?.head ?? 0) + (again.rowCount ?? 0));
  const later = new Map<string, number>();
  for (const id of ids) later.set(id, await rename(sql, "project", id, "after"));
  for (const socket of [bob, carol]) {
    await socket.untilAll("project", later);
    // The harness fails at a version that goes back; here at one that is not the last.
    expect(new Map(ids.map((id) => [id, socket.holds().get(`project/${id}`)]))).toEqual(later);
    expect(socket.isOpen).toBe(true);
  }
  // Only the places that the requeued rows left are empty: who has to read across them compares versions instead.
  for (const fault of await sequenceFaults(sql)) expect(fault).toMatch(/^gap: /);
});
