import { waitFor } from "@heliograph/testkit/wait/wait-for";
import { describe, expect, test } from "vitest";
import { insertProjects, rename } from "./harness/fixture-rows.ts";
import { type TestCluster, useTestCluster } from "./harness/test-cluster.ts";

/** The number of stored subscriptions of a connection. */
async function countStored(cluster: TestCluster, connectionId: string): Promise<number> {
  const { rows } = await cluster.sql.query<{ count: number }>(
    "select count(*)::int as count from app.rxdb_subscription where connection_id = $1",
    [connectionId],
  );
  return rows[0]?.count ?? -1;
}

async function projects(cluster: TestCluster, count: number): Promise<string[]> {
  const { person } = await cluster.rest("alice");
  const ids = await insertProjects(cluster.sql, { organizationId: person.organizationId, count });
  await cluster.settled();
  return ids;
}

/** Limit from commit to signal, with or without Redis, that users of two windows perceive as immediate. */
const immediateMs = 1000;

describe.each([
  ["with Redis", true],
  ["without Redis", false],
])("%s", (_name, redis) => {
  const cluster = useTestCluster({ redis });

  test("[SUB-7, SUB-9] subscriptions to 50 projects are stored as 50 rows, and UNSUBSCRIBE_ALL removes them", async () => {
    const ids = await projects(cluster(), 50);
    const socket = await cluster().socket("bob", 0);
    const answer = await socket.subscribe("project", ids);
    expect(answer.count).toBe(50);
    expect(answer.gone).toEqual([]);
    expect(new Set(answer.changed.map(({ entityId }) => entityId))).toEqual(new Set(ids));
    expect(await countStored(cluster(), socket.connectionId)).toBe(50);

    const ended = await socket.request({ type: "UNSUBSCRIBE_ALL" });
    expect(ended).toMatchObject({ type: "UNSUBSCRIBED", payload: { count: 50 } });
    await waitFor("no rows", async () => (await countStored(cluster(), socket.connectionId)) === 0);
  });

  test("[RES-8] a client's normal close removes its rows and its session", async () => {
    const ids = await projects(cluster(), 50);
    const socket = await cluster().socket("bob", 1);
    await socket.subscribe("project", ids);
    expect(await countStored(cluster(), socket.connectionId)).toBe(50);
    await socket.close();
    await waitFor("no rows", async () => (await countStored(cluster(), socket.connectionId)) === 0);
  });

  test("[INV-1] an edit by another user at the other gateway is delivered", async () => {
    const [id = ""] = await projects(cluster(), 1);
    const alice = await cluster().socket("alice", 0);
    await alice.subscribe("project", [id]);
    const bob = await cluster().rest("bob", 1);
    const { status, body } = await bob.patch(`project/${id}`, { name: "Updated" });
    expect(status).toBe(200);

    const { payload } = await alice.next("INVALIDATE", undefined, 2000);
    expect(payload.entityCode).toBe("project");
    expect(payload.changes).toEqual([{ entityId: id, action: "UPDATE", version: body.$version }]);
    const [{ timestamp = "" } = {}] = (
      await cluster().sql.query<{ timestamp: string }>(
        "select updated_ts::text as timestamp from app.project where id = $1",
        [id],
      )
    ).rows;
    expect(Math.abs(Date.parse(payload.timestamp) - Date.parse(timestamp))).toBeLessThan(1000);

    const seen = await (await cluster().rest("alice", 0)).get(`project/${id}`);
    expect(seen.body).toMatchObject({ $id: id, name: "Updated", $version: body.$version });
  });

  test("[G1] three users at two gateways receive exactly the changes that they subscribed to", async () => {
    const [p1 = "", p2 = "", p3 = "", p4 = "", p5 = ""] = await projects(cluster(), 5);
    const a = await cluster().socket("alice", 0);
    const b = await cluster().socket("bob", 1);
    const c = await cluster().socket("carol", 0);
    await a.subscribe("project", [p1, p2, p3]);
    await b.subscribe("project", [p2, p3, p4]);
    await c.subscribe("project", [p3, p4, p5]);

    const version3 = await rename(cluster().sql, "project", p3, "For all three");
    await Promise.all([a, b, c].map((socket) => socket.untilVersion("project", p3, version3, immediateMs)));

    const version1 = await rename(cluster().sql, "project", p1, "Only for A");
    await a.untilVersion("project", p1, version1, immediateMs);
    // Every gateway applies this change after that of p1, so clients that have received it were not sent p1.
    const barrier = await rename(cluster().sql, "project", p3, "Barrier");
    await Promise.all([a, b, c].map((socket) => socket.untilVersion("project", p3, barrier, immediateMs)));

    expect(a.versions.deliveries("project", p1)).toEqual([{ action: "UPDATE", version: version1 }]);
    expect(b.versions.delivered()).toEqual(new Set([`project/${p3}`]));
    expect(c.versions.delivered()).toEqual(new Set([`project/${p3}`]));
    for (const socket of [a, b, c]) expect(socket.versions.disorder()).toEqual([]);
  });

  test("[SUB-12] closing one tab of a user leaves the other tabs subscribed", async () => {
    const ids = await projects(cluster(), 3);
    const first = await cluster().socket("bob", 0);
    const second = await cluster().socket("bob", 0);
    const elsewhere = await cluster().socket("bob", 1);
    for (const tab of [first, second, elsewhere]) await tab.subscribe("project", ids);
    for (const tab of [first, second, elsewhere]) expect(await countStored(cluster(), tab.connectionId)).toBe(3);

    await first.close();
    await waitFor("no rows of the closed tab", async () => (await countStored(cluster(), first.connectionId)) === 0);
    for (const tab of [second, elsewhere]) expect(await countStored(cluster(), tab.connectionId)).toBe(3);
    for (const id of ids) {
      const version = await rename(cluster().sql, "project", id, "Still subscribed");
      for (const tab of [second, elsewhere]) await tab.untilVersion("project", id, version);
    }
  });

  test("[SUB-9] after UNSUBSCRIBE, only the remaining subscriptions receive changes", async () => {
    const [kept = "", dropped = ""] = await projects(cluster(), 2);
    const socket = await cluster().socket("bob", 0);
    const witness = await cluster().socket("carol", 0);
    await socket.subscribe("project", [kept, dropped]);
    await witness.subscribe("project", [dropped]);
    const ended = await socket.request({
      type: "UNSUBSCRIBE",
      payload: { entityCode: "project", entityIds: [dropped] },
    });
    expect(ended).toMatchObject({ type: "UNSUBSCRIBED", payload: { entityCode: "project", count: 1 } });
    await waitFor("one row", async () => (await countStored(cluster(), socket.connectionId)) === 1);

    await witness.untilVersion("project", dropped, await rename(cluster().sql, "project", dropped, "Not for bob"));
    await socket.untilVersion("project", kept, await rename(cluster().sql, "project", kept, "For bob"));
    expect(socket.versions.delivered()).toEqual(new Set([`project/${kept}`]));
  });
});
