import type { ServiceProcess } from "@heliograph/testkit/cluster/service-process";
import type { TestSocket } from "@heliograph/testkit/socket/test-socket";
import { waitFor } from "@heliograph/testkit/wait/wait-for";
import { expect, test } from "vitest";
import { sequenceFaults } from "./harness/feed-sequence.ts";
import { insertProjects, insertTasks, rename } from "./harness/fixture-rows.ts";
import { leads, useTestCluster } from "./harness/test-cluster.ts";

const cluster = useTestCluster();

/** A lease lasts 3 s and a standby requests it four times a second; the rest is for a busy machine. */
const takeoverMs = 5000;
const handoverMs = 1500;

/** Changes rows, one after the other, until stopped. Records the last version of each. */
class Writer {
  readonly versions = new Map<string, number>();
  readonly #ids: readonly string[];
  #written = 0;
  #stopped = false;
  readonly #done: Promise<void>;

  constructor(ids: readonly string[]) {
    this.#ids = ids;
    this.#done = this.#write();
    // Awaited in stop(). Until then, a failure must not be an unhandled rejection.
    this.#done.catch(() => undefined);
  }

  get written(): number {
    return this.#written;
  }

  async more(count: number): Promise<void> {
    const goal = this.#written + count;
    await waitFor(`${count} more changes`, () => this.#written >= goal);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#done;
  }

  async #write(): Promise<void> {
    while (!this.#stopped) {
      const id = this.#ids[this.#written % this.#ids.length] ?? "";
      this.versions.set(id, await rename(cluster().sql, "task", id, `Change ${this.#written}`));
      this.#written += 1;
    }
  }
}

async function subscribedTasks(count: number): Promise<{ ids: string[]; sockets: TestSocket[] }> {
  const { organizationId } = (await cluster().rest("alice")).person;
  const [projectId = ""] = await insertProjects(cluster().sql, { organizationId, count: 1 });
  const ids = await insertTasks(cluster().sql, { organizationId, projectId, count });
  await cluster().settled();
  const sockets = [await cluster().socket("bob", 0), await cluster().socket("carol", 1)];
  for (const socket of sockets) await socket.subscribe("task", ids);
  return { ids, sockets };
}

async function expectAllDelivered(
  sockets: readonly TestSocket[],
  versions: ReadonlyMap<string, number>,
): Promise<void> {
  for (const socket of sockets) {
    await socket.untilAll("task", versions);
    expect(socket.versions.disorder()).toEqual([]);
    expect(socket.isOpen).toBe(true);
  }
  await cluster().settled();
  expect(await sequenceFaults(cluster().sql)).toEqual([]);
}

/** Waits until a watcher other than `old` leads. Returns the milliseconds that it took. */
async function untilAnotherLeads(old: ServiceProcess): Promise<number> {
  const started = performance.now();
  const others = cluster().services.watchers.filter((watcher) => watcher !== old);
  await waitFor("another watcher leads", async () => {
    for (const watcher of others) if (await leads(watcher)) return true;
    return false;
  });
  return performance.now() - started;
}

async function ready(service: ServiceProcess): Promise<boolean> {
  return (await fetch(new URL("/healthz/ready", service.url))).status === 200;
}

test("both watchers are healthy and one leads", async () => {
  const leader = await cluster().leader();
  expect(cluster().services.watchers).toHaveLength(2);
  for (const watcher of cluster().services.watchers) {
    expect(await ready(watcher)).toBe(true);
    expect(await leads(watcher)).toBe(watcher === leader);
  }
});

test("[G1] after kill -9 of the leader, the other watcher takes over, no change is lost, and the sequence has no gap or duplicate", async () => {
  const { ids, sockets } = await subscribedTasks(200);
  const leader = await cluster().leader();
  const writer = new Writer(ids);
  await writer.more(100);
  await leader.kill("SIGKILL");
  const took = await untilAnotherLeads(leader);
  await writer.more(100);
  await writer.stop();
  expect(took).toBeLessThan(takeoverMs);
  await expectAllDelivered(sockets, writer.versions);
});

test("[G1] a leader that receives SIGTERM hands over immediately", async () => {
  await cluster().services.add("watcher");
  const { ids, sockets } = await subscribedTasks(100);
  const leader = await cluster().leader();
  const writer = new Writer(ids);
  await writer.more(50);
  const stopping = leader.stop();
  const took = await untilAnotherLeads(leader);
  await writer.more(50);
  await writer.stop();
  expect(took).toBeLessThan(handoverMs);
  expect((await stopping).code).toBe(0);
  await expectAllDelivered(sockets, writer.versions);
});

test("[G1] a frozen leader is replaced, and does not sequence any change when it continues", async () => {
  await cluster().services.add("watcher");
  const { ids, sockets } = await subscribedTasks(100);
  const leader = await cluster().leader();
  const writer = new Writer(ids);
  await writer.more(50);
  await leader.kill("SIGSTOP");
  try {
    expect(await untilAnotherLeads(leader)).toBeLessThan(takeoverMs);
    await writer.more(50);
  } finally {
    await leader.kill("SIGCONT");
  }
  await waitFor("the old leader stands by", async () => (await leads(leader)) === false);
  await writer.more(50);
  await writer.stop();
  await expectAllDelivered(sockets, writer.versions);
  expect(await cluster().leader()).not.toBe(leader);
});
