import type { TestSocket } from "@heliograph/testkit/socket/test-socket";
import { expect, test } from "vitest";
import { insertProjects, rename } from "./harness/fixture-rows.ts";
import { useTestCluster } from "./harness/test-cluster.ts";

const cluster = useTestCluster({ watchers: 1 });

async function projects(count: number): Promise<string[]> {
  const { organizationId } = (await cluster().rest("alice")).person;
  const ids = await insertProjects(cluster().sql, { organizationId, count });
  await cluster().settled();
  return ids;
}

/** Connects to another gateway and subscribes with the held versions, as a client does after a close. */
async function reconnect(lost: TestSocket, ids: readonly string[], gateway: number): Promise<TestSocket> {
  const socket = await cluster().socket("bob", gateway);
  const versions = ids.map((id) => lost.versions.version("project", id));
  await socket.subscribe("project", ids, { versions });
  return socket;
}

test("[CLO-5, RES-8] SIGTERM of a gateway closes its sockets with 1012 and keeps their connections resumable; other sockets are not affected", async () => {
  const ids = await projects(3);
  const [changed = ""] = ids;
  const closing = [await cluster().socket("bob", 0), await cluster().socket("carol", 0)];
  const bystander = await cluster().socket("alice", 1);
  for (const socket of [...closing, bystander]) await socket.subscribe("project", ids);

  const { code } = await cluster().gateway(0).stop();
  expect(code).toBe(0);
  for (const socket of closing) expect((await socket.closed).code).toBe(1012);
  const { rows } = await cluster().sql.query(
    `select s.expires_ts > now() as resumable, count(*)::int as held
       from app.rxdb_session s join app.rxdb_subscription b using (connection_id)
      where connection_id = any ($1) group by connection_id`,
    [closing.map(({ connectionId }) => connectionId)],
  );
  expect(rows).toEqual(closing.map(() => ({ resumable: true, held: ids.length })));
  expect((await cluster().sql.query("select 1 from app.gateway")).rowCount).toBe(1);

  const version = await rename(cluster().sql, "project", changed, "While disconnected");
  await bystander.untilVersion("project", changed, version);
  expect(bystander.isOpen).toBe(true);
  for (const lost of closing) {
    const reconnected = await reconnect(lost, ids, 1);
    expect(reconnected.versions.current()).toEqual(new Map([[`project/${changed}`, version]]));
  }
});

test("[G1] kill -9 of a gateway makes its clients reconnect, and they miss no change", async () => {
  const added = await cluster().services.add("gateway");
  const index = cluster().services.gateways.indexOf(added);
  const ids = await projects(20);
  const lost = await cluster().socket("bob", index);
  const bystander = await cluster().socket("alice", 1);
  for (const socket of [lost, bystander]) await socket.subscribe("project", ids);

  const last = new Map<string, number>();
  for (const [n, id] of ids.entries()) {
    if (n === 10) await added.kill("SIGKILL");
    last.set(id, await rename(cluster().sql, "project", id, `Change ${n}`));
  }
  expect((await lost.closed).code).toBe(1006);
  const reconnected = await reconnect(lost, ids, 1);
  for (const [id, version] of last)
    expect(Math.max(lost.versions.version("project", id), reconnected.versions.version("project", id))).toBe(version);
  await bystander.untilAll("project", last);
  expect(bystander.versions.disorder()).toEqual([]);
  expect(bystander.isOpen).toBe(true);
});
