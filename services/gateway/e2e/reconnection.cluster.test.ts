import type { TestSocket } from "@heliograph/testkit/socket/test-socket";
import { expect, test } from "vitest";
import { insertProjects, insertTasks, rename, versionsOf } from "./harness/fixture-rows.ts";
import { readMetric } from "./harness/read-metric.ts";
import { useTestCluster } from "./harness/test-cluster.ts";

const cluster = useTestCluster({ env: { SESSION_GRACE_MS: "4000" } });

async function rows(): Promise<{ projectId: string; tasks: string[] }> {
  const { organizationId } = (await cluster().rest("alice")).person;
  const [projectId = ""] = await insertProjects(cluster().sql, { organizationId, count: 1 });
  const tasks = await insertTasks(cluster().sql, { organizationId, projectId, count: 20 });
  await cluster().settled();
  return { projectId, tasks };
}

/** A socket with subscriptions by id and through a container whose connection was cut. */
async function lostSocket(projectId: string, tasks: readonly string[], gateway = 0): Promise<TestSocket> {
  const socket = await cluster().socket("bob", gateway);
  await socket.subscribe("task", tasks, { within: [`project/${projectId}`] });
  socket.destroy();
  await socket.closed;
  return socket;
}

test("[RES-2, RES-3] a lost connection is resumed at another gateway and receives each missed change exactly once", async () => {
  const { projectId, tasks } = await rows();
  const before = await lostSocket(projectId, tasks);
  const [edited = "", deleted = "", later = ""] = tasks;
  await rename(cluster().sql, "task", edited, "Once");
  const last = await rename(cluster().sql, "task", edited, "Twice");
  const colleague = await cluster().rest("alice", 1);
  expect((await colleague.delete(`task/${deleted}`)).status).toBe(200);
  const { body } = await colleague.post("task", {
    project_id: projectId,
    organization_id: colleague.person.organizationId,
    title: "Created in the meantime",
  });
  const after = await cluster().socket("bob", 1);
  expect((await after.resume(before.resumePoint)).count).toBe(tasks.length + 1);
  await after.untilVersion("task", edited, last);
  await after.untilVersion("task", body.$id, body.$version);
  await after.until("the deletion", () => after.versions.isGone("task", deleted));
  const live = await rename(cluster().sql, "task", later, "After RESUME");
  await after.untilVersion("task", later, live);
  expect(after.versions.disorder()).toEqual([]);
  expect(after.versions.delivered()).toEqual(new Set([edited, deleted, later, body.$id].map((id) => `task/${id}`)));
});

test("[RES-3, G1] a client that loses its connection again and again while rows change, and resumes at alternating gateways, misses nothing", async () => {
  const { projectId, tasks } = await rows();
  let socket = await cluster().socket("bob", 0);
  await socket.subscribe("task", tasks, { within: [`project/${projectId}`] });
  const received = new Map<string, number>();
  const recordReceived = (): void => {
    for (const [key, version] of socket.versions.current())
      received.set(key, Math.max(version, received.get(key) ?? 0));
  };
  for (let turn = 0; turn < 8; turn += 1) {
    await Promise.all(tasks.slice(turn, turn + 10).map((id) => rename(cluster().sql, "task", id, `Turn ${turn}`)));
    recordReceived();
    const { resumePoint } = socket;
    socket.destroy();
    await socket.closed;
    recordReceived();
    socket = await cluster().socket("bob", turn % 2);
    await socket.resume(resumePoint);
  }
  const versions = await versionsOf(cluster().sql, "task", tasks);
  await socket.until("every last version", () => {
    recordReceived();
    return [...versions].every(([id, version]) => (received.get(`task/${id}`) ?? 0) >= version);
  });
});

test("[RES-4, SUB-1] after the session has expired, RESUME is answered by RESET, and SUBSCRIBE with versions reports what differs", async () => {
  const { projectId, tasks } = await rows();
  const held = await versionsOf(cluster().sql, "task", tasks);
  const before = await lostSocket(projectId, tasks);
  const [edited = "", deleted = ""] = tasks;
  const version = await rename(cluster().sql, "task", edited, "While disconnected");
  await cluster().sql.query("delete from app.task where id = $1", [deleted]);
  // The gateway sets the end of the grace period when it notices the loss, so this waits for that.
  const expire = `update app.rxdb_session set expires_ts = now() - interval '1 s'
    where connection_id = $1 and disconnected_ts is not null`;
  await expect.poll(async () => (await cluster().sql.query(expire, [before.connectionId])).rowCount).toBe(1);
  const after = await cluster().socket("bob", 1);
  const answer = await after.request({ type: "RESUME", payload: before.resumePoint });
  expect(answer).toMatchObject({ type: "RESET", payload: { reason: "session" } });
  const { changed, gone } = await after.subscribe("task", tasks, { versions: tasks.map((id) => held.get(id) ?? 0) });
  expect(changed).toEqual([{ entityId: edited, version }]);
  expect(gone).toEqual([deleted]);
});

test("[RES-3] after a gateway is killed, its connections are resumed at the other one with their subscriptions", async () => {
  const { projectId, tasks } = await rows();
  const sockets = await Promise.all([1, 1, 1].map((gateway) => cluster().socket("bob", gateway)));
  for (const socket of sockets) await socket.subscribe("task", tasks, { within: [`project/${projectId}`] });
  const [edited = ""] = tasks;
  await cluster().gateway(1).kill("SIGKILL");
  await Promise.all(sockets.map(({ closed }) => closed));
  const version = await rename(cluster().sql, "task", edited, "While all are disconnected");
  const resumed = await Promise.all(
    sockets.map(async ({ resumePoint }) => {
      const socket = await cluster().socket("bob", 0);
      expect((await socket.resume(resumePoint)).count).toBe(tasks.length + 1);
      return socket;
    }),
  );
  for (const socket of resumed) await socket.untilVersion("task", edited, version);
  expect(
    await readMetric(cluster().gateway(0).url, "heliograph_gateway_resumes_total", /result="resumed"/),
  ).toBeGreaterThanOrEqual(3);
});
