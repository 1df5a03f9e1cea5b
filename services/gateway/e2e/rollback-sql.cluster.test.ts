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
  if (id === undefined) throw new Error(`${email} has no membership`);
  return id;
}

// The SQL with which an operator resets the sync state. It must not lose a change or revert a row.
test("[G1] truncating the subscriptions and requeuing sent changes while sockets are open loses nothing", async () => {
  const { sql } = cluster();
  const ids = await insertProjects(sql, { organizationId: await organizationOf("bob@northwind.example"), count: 20 });
  await cluster().settled();
  const [bob, carol] = [await cluster().socket("bob", 0), await cluster().socket("carol", 1)];
  for (const socket of [bob, carol]) await socket.subscribe("project", ids);
  const earlier = new Map<string, number>();
  for (const id of ids) earlier.set(id, await rename(sql, "project", id, "before"));
  for (const socket of [bob, carol]) await socket.untilAll("project", earlier);
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

  // Open sockets receive the changes from before and after.
  await cluster().settled();
  const after = await sql.query<{ head: number }>("select head_seq::float8 as head from app.sync_state");
  expect(after.rows[0]?.head).toBeGreaterThanOrEqual((before.rows[0]?.head ?? 0) + (again.rowCount ?? 0));
  const later = new Map<string, number>();
  for (const id of ids) later.set(id, await rename(sql, "project", id, "after"));
  for (const socket of [bob, carol]) {
    await socket.untilAll("project", later);
    // The test socket fails if a version decreases; this fails if it is not the last one.
    expect(new Map(ids.map((id) => [id, socket.holds().get(`project/${id}`)]))).toEqual(later);
    expect(socket.isOpen).toBe(true);
  }
  // The only gaps are the former numbers of the requeued rows. A gateway that must read across them resets its sockets.
  for (const fault of await sequenceFaults(sql)) expect(fault).toMatch(/^gap: /);
});
