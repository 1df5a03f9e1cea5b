import { waitFor } from "@heliograph/testkit/wait/wait-for";
import { expect, test } from "vitest";
import { insertProjects, rename } from "./harness/fixture-rows.ts";
import { useTestCluster } from "./harness/test-cluster.ts";

const cluster = useTestCluster();

async function projects(count: number): Promise<string[]> {
  const { organizationId } = (await cluster().rest("alice")).person;
  const ids = await insertProjects(cluster().sql, { organizationId, count });
  await cluster().settled();
  return ids;
}

test("[G1] a transaction that stays open delays no other change, and is delivered after its commit", async () => {
  const [slow = "", ...quick] = await projects(4);
  const sockets = [await cluster().socket("bob", 0), await cluster().socket("carol", 1)];
  for (const socket of sockets) await socket.subscribe("project", [slow, ...quick]);

  const connection = await cluster().sql.connect();
  let version = 0;
  try {
    await connection.query("begin");
    version = await rename(connection, "project", slow, "Written early, committed late");
    // A feed in the order of writes would stop at the open transaction, and the first of these waits would not end.
    for (let round = 0; round < 30; round++) {
      const id = quick[round % quick.length] ?? "";
      const written = await rename(cluster().sql, "project", id, `Round ${round}`);
      await Promise.all(sockets.map((socket) => socket.untilVersion("project", id, written)));
    }
    for (const socket of sockets) expect(socket.versions.deliveries("project", slow)).toEqual([]);
    await connection.query("commit");
  } finally {
    connection.release();
  }
  await Promise.all(sockets.map((socket) => socket.untilVersion("project", slow, version)));
  for (const socket of sockets) {
    expect(socket.versions.deliveries("project", slow)).toEqual([{ action: "UPDATE", version }]);
    expect(socket.versions.disorder()).toEqual([]);
  }
});

test("[SUB-1] a change committed between the fetch and the SUBSCRIBE is reported", async () => {
  const [changed = "", same = "", deleted = ""] = await projects(3);
  const witness = await cluster().socket("alice", 0);
  await witness.subscribe("project", [changed]);
  const bob = await cluster().rest("bob", 0);
  const fetched = await Promise.all([changed, same, deleted].map((id) => bob.get(`project/${id}`)));
  const versions = fetched.map(({ body }) => body.$version);

  const version = await rename(cluster().sql, "project", changed, "Between fetch and subscribe");
  await cluster().sql.query("delete from app.project where id = $1", [deleted]);
  // The signal has been sent, so only the comparison of versions can find the change.
  await witness.untilVersion("project", changed, version);
  await cluster().settled();

  const socket = await cluster().socket("bob", 0);
  const answer = await socket.subscribe("project", [changed, same, deleted], { versions });
  expect(answer.changed).toEqual([{ entityId: changed, version }]);
  expect(answer.gone).toEqual([deleted]);

  const current = await socket.subscribe("project", [changed, same], { versions: [version, versions[1] ?? 0] });
  expect(current.changed).toEqual([]);
  expect(current.gone).toEqual([]);
});

test("[SUB-3, SUB-4] a change that commits while a SUBSCRIBE is handled is delivered after SUBSCRIBED", async () => {
  const [id = ""] = await projects(1);
  const { organizationId } = (await cluster().rest("alice")).person;
  const { rows } = await cluster().sql.query<{ id: string }>(
    "select id from app.client where organization_id = $1 order by id limit 1",
    [organizationId],
  );
  const witness = await cluster().socket("carol", 1);
  await witness.subscribe("project", [id]);
  const socket = await cluster().socket("bob", 0);

  // Clients contain projects: the gateway reads the versions, then the containers, and waits for this lock.
  const connection = await cluster().sql.connect();
  let version = 0;
  try {
    await connection.query("begin");
    await connection.query("lock table app.client in access exclusive mode");
    socket.send({
      type: "SUBSCRIBE",
      payload: { entityCode: "project", entityIds: [id], within: rows.map((client) => `client/${client.id}`) },
    });
    await waitFor("the gateway waits for the lock", async () => {
      const waiting = await connection.query(
        `select 1 from pg_locks where relation = 'app.client'::regclass and not granted
            and database = (select oid from pg_database where datname = current_database())`,
      );
      return waiting.rowCount === 1;
    });
    version = await rename(cluster().sql, "project", id, "During SUBSCRIBE");
    await witness.untilVersion("project", id, version);
    await cluster().settled();
    expect(socket.received.map(({ type }) => type)).toEqual(["WELCOME"]);
  } finally {
    await connection.query("rollback");
    connection.release();
  }
  const { payload } = await socket.next("SUBSCRIBED");
  expect(payload.gone).toEqual([]);
  expect(payload.changed.map(({ entityId }) => entityId)).toEqual([id]);
  await socket.untilVersion("project", id, version);
});

test("[SUB-3, G1] no change that commits while many subscriptions are made is lost", async () => {
  const ids = await projects(300);
  const { rows } = await cluster().sql.query<{ id: string; version: string }>(
    "select id, sync_version as version from app.project where id = any ($1)",
    [ids],
  );
  const held = new Map(rows.map(({ id, version }) => [id, Number(version)]));
  const sockets = await Promise.all([0, 1, 0, 1].map((gateway) => cluster().socket("bob", gateway)));

  const last = new Map<string, number>();
  const writing = (async () => {
    for (const id of ids) last.set(id, await rename(cluster().sql, "project", id, "During a SUBSCRIBE"));
  })();
  // In small steps, so that writes commit before, during and after each of them.
  const subscribing = sockets.map(async (socket) => {
    for (let start = 0; start < ids.length; start += 10) {
      const some = ids.slice(start, start + 10);
      await socket.subscribe("project", some, { versions: some.map((id) => held.get(id) ?? 0) });
    }
  });
  await Promise.all([writing, ...subscribing]);
  for (const socket of sockets) {
    await socket.untilAll("project", last);
    expect(socket.versions.disorder()).toEqual([]);
  }
});
