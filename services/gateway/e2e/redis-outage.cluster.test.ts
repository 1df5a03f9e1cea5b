import { hintChannel } from "@heliograph/protocol";
import type { ServiceProcess } from "@heliograph/testkit/cluster/service-process";
import { anyFreePort } from "@heliograph/testkit/process/free-port";
import { findRedis } from "@heliograph/testkit/redis/find-redis";
import { type RedisServer, startRedis } from "@heliograph/testkit/redis/server";
import type { TestSocket } from "@heliograph/testkit/socket/test-socket";
import { waitFor } from "@heliograph/testkit/wait/wait-for";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sequenceFaults } from "./harness/feed-sequence.ts";
import { insertProjects, insertTasks, rename } from "./harness/fixture-rows.ts";
import { readMetric } from "./harness/read-metric.ts";
import { TestCluster } from "./harness/test-cluster.ts";

const changes = 500;
/**
 * Limit for the delivery of a change. Without Redis the log is polled every 250 ms; a lost hint is noticed at the next
 * hint or at the heartbeat, which comes every second.
 */
const promptMs = 2000;

/** The number of hints of a watcher that Redis accepted. */
const sentHints = (watcher: ServiceProcess): Promise<number> =>
  readMetric(watcher.url, "heliograph_watcher_hints_total", /result="sent"/);

/** Kills the connections on which watchers publish. The watchers reconnect automatically. */
async function cutPublishers(admin: Redis): Promise<void> {
  const clients = String(await admin.client("LIST")).split("\n");
  for (const line of clients.filter((client) => client.includes("name=watcher-publisher")))
    await admin.client("KILL", "ID", /^id=(\d+)/.exec(line)?.[1] ?? "");
}

describe("a Redis that starts late, is killed and restarts", () => {
  let program = "";
  let port = 0;
  let redis: RedisServer | undefined;
  let cluster: TestCluster;

  const start = async (): Promise<RedisServer> => {
    redis = await startRedis(program, { port });
    return redis;
  };

  beforeAll(async () => {
    const found = await findRedis();
    if (found.program === null) throw new Error(found.reason);
    program = found.program;
    port = await anyFreePort();
    // No Redis listens on the port yet, so the services start without it.
    cluster = await TestCluster.start({ redis: `redis://127.0.0.1:${port}` });
  });
  afterAll(async () => {
    await cluster?.[Symbol.asyncDispose]();
    await redis?.stop();
  });

  async function tasks(count: number): Promise<string[]> {
    const { organizationId } = (await cluster.rest("alice")).person;
    const [projectId = ""] = await insertProjects(cluster.sql, { organizationId, count: 1 });
    const ids = await insertTasks(cluster.sql, { organizationId, projectId, count });
    await cluster.settled();
    return ids;
  }

  /** Several consecutive changes are each delivered within `promptMs`, so not by the check of the head every 5 s. */
  async function expectPromptDelivery(sockets: readonly TestSocket[]): Promise<void> {
    const [id = ""] = await tasks(1);
    for (const socket of sockets) await socket.subscribe("task", [id]);
    for (let n = 0; n < 4; n++) {
      const version = await rename(cluster.sql, "task", id, `Prompt ${n}`);
      await Promise.all(sockets.map((socket) => socket.untilVersion("task", id, version, promptMs)));
    }
  }

  test("[HINT-6] services that start without a reachable Redis log it, and deliver changes nevertheless", async () => {
    for (const { name } of [...cluster.services.gateways, ...cluster.services.watchers])
      await waitFor(`${name} names Redis`, () => cluster.log(name).some((line) => /redis/i.test(line)));
    const [id = ""] = await tasks(1);
    const socket = await cluster.socket("bob", 0);
    await socket.subscribe("task", [id]);
    await socket.untilVersion("task", id, await rename(cluster.sql, "task", id, "Without Redis"));
  });

  test("when Redis becomes reachable, hints are sent through it", async () => {
    await start();
    const [id = ""] = await tasks(1);
    await waitFor("hints are sent", async () => {
      await rename(cluster.sql, "task", id, `Probe ${performance.now()}`);
      return (await sentHints(await cluster.leader())) > 0;
    });
  });

  test(`[HINT-3, HINT-6, G1] while Redis is killed and restarted, every socket receives all of ${changes} changes`, async () => {
    const ids = await tasks(changes);
    const sockets = await Promise.all(
      (["bob", "carol", "alice", "bob"] as const).map((user, index) => cluster.socket(user, index % 2)),
    );
    for (const socket of sockets) await socket.subscribe("task", ids);

    const versions = new Map<string, number>();
    for (const [index, id] of ids.entries()) {
      if (index === 150) await redis?.stop("SIGKILL");
      if (index === 350) {
        // Everything so far is delivered without Redis, only later.
        await Promise.all(sockets.map((socket) => socket.untilAll("task", versions)));
        await expectPromptDelivery(sockets);
        await start();
      }
      // The gateways receive hints again in the middle of changes that they read from the log.
      if (index === 425)
        for (const { name, url } of cluster.services.gateways)
          await waitFor(
            `${name} receives hints`,
            async () => (await readMetric(url, "heliograph_gateway_redis_connected")) === 1,
          );
      versions.set(id, await rename(cluster.sql, "task", id, `Change ${index}`));
    }
    for (const socket of sockets) {
      await socket.untilAll("task", versions);
      expect(socket.isOpen).toBe(true);
      expect(socket.versions.disorder()).toEqual([]);
    }
    expect(await sequenceFaults(cluster.sql)).toEqual([]);
  });

  test("[HINT-3, HINT-11] changes whose hints Redis never accepted are read from the log", async () => {
    const ids = await tasks(200);
    const sockets = [await cluster.socket("bob", 0), await cluster.socket("carol", 1)];
    for (const socket of sockets) await socket.subscribe("task", ids);
    const leader = await cluster.leader();
    const dropped = (): Promise<number> =>
      readMetric(leader.url, "heliograph_watcher_hints_total", /result="dropped"/).catch(() => 0);
    const before = await dropped();
    const admin = new Redis(redis?.url ?? "");
    const versions = new Map<string, number>();
    try {
      for (const [index, id] of ids.entries()) {
        // The gateways stay connected, so only the gap in the numbers reveals the lost hints.
        if (index % 40 === 0) await cutPublishers(admin);
        versions.set(id, await rename(cluster.sql, "task", id, `Change ${index}`));
        if (index % 40 === 39) await cluster.settled();
      }
    } finally {
      admin.disconnect();
    }
    await Promise.all(sockets.map((socket) => socket.untilAll("task", versions)));
    for (const socket of sockets) expect(socket.versions.disorder()).toEqual([]);
    expect(await dropped()).toBeGreaterThan(before);
  });

  test("[HINT-10] malformed messages on the bus have no effect", async () => {
    const [id = ""] = await tasks(1);
    const sockets = [await cluster.socket("bob", 0), await cluster.socket("carol", 1)];
    for (const socket of sockets) await socket.subscribe("task", [id]);
    const admin = new Redis(redis?.url ?? "");
    const channel = hintChannel(cluster.services.settings["REDIS_PREFIX"] ?? "");
    const epoch = "00000000-0000-4000-8000-000000000000";
    try {
      for (const text of [
        "",
        "{",
        "null",
        '{"type":"hint"}',
        JSON.stringify({ type: "hint", epoch, prev: 1, seq: 2, items: [{}] }),
        JSON.stringify({ type: "hint", epoch, prev: 1, seq: 2, items: [] }),
        JSON.stringify({ type: "heartbeat", epoch, seq: 1 }),
      ])
        expect(await admin.publish(channel, text)).toBe(2);
    } finally {
      admin.disconnect();
    }
    const version = await rename(cluster.sql, "task", id, "After malformed messages");
    await Promise.all(sockets.map((socket) => socket.untilVersion("task", id, version, promptMs)));
    for (const { url } of cluster.services.gateways)
      expect(await readMetric(url, "heliograph_gateway_malformed_hints_total")).toBeGreaterThanOrEqual(4);
  });

  test("hints are sent again after the restart", async () => {
    const [id = ""] = await tasks(1);
    const leader = await cluster.leader();
    const before = await sentHints(leader);
    await waitFor("hints are sent", async () => {
      await rename(cluster.sql, "task", id, `Probe ${performance.now()}`);
      return (await sentHints(leader)) > before;
    });
  });
});
