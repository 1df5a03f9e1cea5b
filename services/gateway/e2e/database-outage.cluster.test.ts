import { anyFreePort } from "@heliograph/testkit/process/free-port";
import { waitFor } from "@heliograph/testkit/wait/wait-for";
import { expect, test } from "vitest";
import { sequenceFaults } from "./harness/feed-sequence.ts";
import { insertProjects, rename } from "./harness/fixture-rows.ts";
import type { ErrorBody } from "./harness/rest-client.ts";
import { useTestCluster } from "./harness/test-cluster.ts";

const cluster = useTestCluster({ gateways: 1, watchers: 1, useDatabaseProxy: true });

async function projects(count: number): Promise<string[]> {
  const { organizationId } = (await cluster().rest("alice")).person;
  const ids = await insertProjects(cluster().sql, { organizationId, count });
  await cluster().settled();
  return ids;
}

async function health(url: string, which: "live" | "ready"): Promise<number> {
  return (await fetch(new URL(`/healthz/${which}`, url))).status;
}

test("[SUB-10, G1] while PostgreSQL is stopped, sockets stay open and REST answers 503; afterwards no change is missing", async () => {
  const [id = "", later = ""] = await projects(2);
  const bob = await cluster().rest("bob");
  const socket = await cluster().socket("bob");
  await socket.subscribe("project", [id]);

  await cluster().databaseProxy.close();
  const refused = await bob.get<ErrorBody>("project?limit=1");
  expect(refused.status).toBe(503);
  expect(refused.body.error.code).toBe("unavailable");
  expect(refused.headers.get("retry-after")).toMatch(/^\d+$/);
  const refusedWrite = await bob.patch<ErrorBody>(`project/${id}`, { name: "Lost?" });
  expect(refusedWrite.status).toBe(503);
  const answer = await socket.request({ type: "SUBSCRIBE", payload: { entityCode: "project", entityIds: [later] } });
  expect(answer).toMatchObject({ type: "ERROR", payload: { code: "unavailable" } });
  await socket.ping();
  expect(await health(bob.url, "live")).toBe(200);
  // The test connects to the server directly, so its write succeeds during the outage.
  const version = await rename(cluster().sql, "project", id, "During the outage");

  await cluster().databaseProxy.open();
  await waitFor("REST works again", async () => (await bob.get("project?limit=1")).status === 200);
  await socket.untilVersion("project", id, version);
  expect(socket.isOpen).toBe(true);
  await socket.subscribe("project", [later]);
  await socket.untilVersion("project", later, await rename(cluster().sql, "project", later, "Afterwards"));
  for (const service of [cluster().gateway(0), ...cluster().services.watchers])
    await waitFor(`${service.name} is ready`, async () => (await health(service.url, "ready")) === 200);
});

test("[G1] the services recover after all their database sessions are terminated", async () => {
  const [id = ""] = await projects(1);
  const socket = await cluster().socket("bob");
  await socket.subscribe("project", [id]);
  await cluster().sql.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and usename in ('heliograph_gateway', 'heliograph_watcher')`,
  );
  await socket.untilVersion("project", id, await rename(cluster().sql, "project", id, "Right after"));
  const bob = await cluster().rest("bob");
  await waitFor("REST works", async () => (await bob.get(`project/${id}`)).status === 200);
  await cluster().settled();
  expect(await sequenceFaults(cluster().sql)).toEqual([]);
});

test.each(["gateway", "watcher"] as const)(
  "a %s that starts before its database logs that it waits, and becomes ready when the database is reachable",
  async (kind) => {
    const services = kind === "gateway" ? cluster().services.gateways : cluster().services.watchers;
    const name = `${kind}-${services.length + 1}`;
    const port = await anyFreePort();
    await cluster().databaseProxy.close();
    const starting = cluster().services.add(kind, { port });
    // Awaited below. Until then, a failure must not be an unhandled rejection, which would end the test run.
    starting.catch(() => undefined);
    try {
      await waitFor("a log line that it waits", () =>
        cluster()
          .log(name)
          .some((line) => line.includes("waiting for")),
      );
      const url = `http://127.0.0.1:${port}`;
      expect(await health(url, "live")).toBe(200);
      expect(await health(url, "ready")).toBe(503);
    } finally {
      await cluster().databaseProxy.open();
    }
    const service = await starting;
    expect(await health(service.url, "ready")).toBe(200);
  },
);
