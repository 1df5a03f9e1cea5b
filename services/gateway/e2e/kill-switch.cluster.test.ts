import { RefusedUpgrade } from "@heliograph/testkit/socket/refused-upgrade";
import { TestSocket } from "@heliograph/testkit/socket/test-socket";
import { waitFor } from "@heliograph/testkit/wait/wait-for";
import { expect, test } from "vitest";
import { readMetric } from "./harness/read-metric.ts";
import type { Page } from "./harness/rest-client.ts";
import { leads, useTestCluster } from "./harness/test-cluster.ts";

const cluster = useTestCluster({ gateways: 1, watchers: 1, env: { SYNC_ENABLED: "false" } });

test("[CON-9] an upgrade is answered 503 with the reason", async () => {
  const { token, url } = await cluster().rest("bob");
  const refused = await TestSocket.connect({ url, token }).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(RefusedUpgrade);
  if (!(refused instanceof RefusedUpgrade)) return;
  expect(refused.status).toBe(503);
  expect(JSON.parse(refused.body)).toMatchObject({ error: { code: "sync_disabled", message: expect.any(String) } });
});

test("[CON-2, CON-9] a plain GET of the socket's path gives the same answer", async () => {
  const response = await fetch(new URL("/ws/sync", cluster().gateway(0).url));
  expect(response.status).toBe(503);
  expect(await response.json()).toMatchObject({ error: { code: "sync_disabled", message: expect.any(String) } });
});

test("REST works, the watcher is ready and idle, and writes are sequenced when sync is switched on again", async () => {
  const bob = await cluster().rest("bob");
  const { body: page } = await bob.get<Page>("project?limit=1");
  const [project] = page.items;
  if (!project) throw new Error("the demo data has no project");
  const patched = await bob.patch(`project/${project.$id}`, { name: "Written while sync was off" });
  expect(patched.status).toBe(200);

  const [watcher] = cluster().services.watchers;
  if (!watcher) throw new Error("no watcher");
  for (const service of [watcher, cluster().gateway(0)])
    expect((await fetch(new URL("/healthz/ready", service.url))).status).toBe(200);
  expect(await leads(watcher)).toBe(false);
  expect(await readMetric(watcher.url, "heliograph_watcher_takeovers_total")).toBe(0);
  const pending = async (): Promise<boolean> => {
    const { rows } = await cluster().sql.query<{ sync_status: string }>(
      "select sync_status from app.logging where entity_id = $1 and entity_version = $2",
      [project.$id, patched.body.$version],
    );
    expect(rows).toHaveLength(1);
    return rows[0]?.sync_status === "pending";
  };
  expect(await pending()).toBe(true);

  await cluster().services.add("watcher", { env: { SYNC_ENABLED: "true" } });
  await waitFor("the change is sequenced", async () => !(await pending()));
});
