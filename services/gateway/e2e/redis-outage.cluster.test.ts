import { findRedis, type RedisServer, type ServiceProcess, startRedis } from "@heliograph/tools/cluster";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { insertProjects, insertTasks, rename } from "./harness/fixture-rows.ts";
import { freePort } from "./harness/free-port.ts";
import { faultsOfSequence } from "./harness/log-feed.ts";
import { metric } from "./harness/metric.ts";
import { TestCluster } from "./harness/test-cluster.ts";
import { waitFor } from "./harness/wait-for.ts";

const changes = 500;

/** Hints that Redis has taken from a watcher. */
const sentHints = (watcher: ServiceProcess): Promise<number> =>
  metric(watcher.url, "heliograph_watcher_hints_total", { result: "sent" });

describe("a Redis that comes and goes", () => {
  let program = "";
  let port = 0;
  let redis: RedisServer | undefined;
  let site: TestCluster;

  const start = async (): Promise<RedisServer> => {
    redis = await startRedis(program, { port });
    return redis;
  };

  beforeAll(async () => {
    const found = await findRedis();
    if (found.program === null) throw new Error(found.reason);
    program = found.program;
    port = await freePort();
    // Nothing listens there yet: the services have to start without it.
    site = await TestCluster.start({ redis: `redis://127.0.0.1:${port}` });
  });
  afterAll(async () => {
    await site?.[Symbol.asyncDispose]();
    await redis?.stop();
  });

  async function tasks(count: number): Promise<string[]> {
    const { organizationId } = (await site.rest("alice")).person;
    const [projectId = ""] = await insertProjects(site.sql, { organizationId, count: 1 });
    const ids = await insertTasks(site.sql, { organizationId, projectId, count });
    await site.settled();
    return ids;
  }

  test("unreachable at start: the services say so, and changes arrive all the same", async () => {
    for (const { name } of [...site.cluster.gateways, ...site.cluster.watchers])
      await waitFor(`${name} names Redis`, () => site.log(name).some((line) => /redis/i.test(line)));
    const [id = ""] = await tasks(1);
    const socket = await site.socket("bob", 0);
    await socket.subscribe("task", [id]);
    await socket.untilVersion("task", id, await rename(site.sql, "task", id, "Without Redis"));
  });

  test("when it appears it is used", async () => {
    await start();
    const [id = ""] = await tasks(1);
    await waitFor("hints are sent", async () => {
      await rename(site.sql, "task", id, `Look ${performance.now()}`);
      return (await sentHints(await site.leader())) > 0;
    });
  });

  test(`killed and restarted during ${changes} changes, every socket ends up with all of them`, async () => {
    const ids = await tasks(changes);
    const sockets = await Promise.all(
      (["bob", "carol", "alice", "bob"] as const).map((user, index) => site.socket(user, index % 2)),
    );
    for (const socket of sockets) await socket.subscribe("task", ids);

    const versions = new Map<string, number>();
    for (const [index, id] of ids.entries()) {
      if (index === 150) await redis?.stop("SIGKILL");
      if (index === 350) {
        // Told while Redis is dead: it costs time, not changes.
        await Promise.all(sockets.map((socket) => socket.untilAll("task", versions)));
        await start();
      }
      // The gateways hear hints again, in the middle of changes that they have been reading from the log.
      if (index === 425)
        for (const { name, url } of site.cluster.gateways)
          await waitFor(
            `${name} hears hints`,
            async () => (await metric(url, "heliograph_gateway_redis_connected")) === 1,
          );
      versions.set(id, await rename(site.sql, "task", id, `Change ${index}`));
    }
    for (const socket of sockets) {
      await socket.untilAll("task", versions);
      expect(socket.isOpen).toBe(true);
      expect(socket.holdings.disorder()).toEqual([]);
    }
    expect(await faultsOfSequence(site.sql)).toEqual([]);
  });

  test("after the restart hints travel again", async () => {
    const [id = ""] = await tasks(1);
    const leader = await site.leader();
    const before = await sentHints(leader);
    await waitFor("hints are sent", async () => {
      await rename(site.sql, "task", id, `Look ${performance.now()}`);
      return (await sentHints(leader)) > before;
    });
  });
});
