import { randomUUID } from "node:crypto";
import { createLogger, createPool } from "@heliograph/server-kit";
import { databaseNames } from "@heliograph/shared/database-names";
import { type Cluster, startCluster } from "@heliograph/testkit/cluster/cluster";
import { TestSocket } from "@heliograph/testkit/socket/test-socket";
import { waitFor } from "@heliograph/testkit/wait/wait-for";
import type { Pool } from "pg";
import { expect, inject, test } from "vitest";
import { FailingPostgres } from "./harness/failing-postgres.ts";
import { feedSettled, sequenceFaults } from "./harness/feed-sequence.ts";
import { insertProjects, rename, versionsOf } from "./harness/fixture-rows.ts";
import { readMetric } from "./harness/read-metric.ts";
import { RestClient } from "./harness/rest-client.ts";

/** A cluster on a database that can fail, with bob on both gateways, who holds the same rows on each. */
class Site implements AsyncDisposable {
  readonly postgres: FailingPostgres;
  readonly cluster: Cluster;
  readonly sql: Pool;
  readonly rest: RestClient;
  readonly sockets: readonly TestSocket[];
  readonly ids: readonly string[];

  private constructor(parts: {
    postgres: FailingPostgres;
    cluster: Cluster;
    sql: Pool;
    rest: RestClient;
    sockets: readonly TestSocket[];
    ids: readonly string[];
  }) {
    this.postgres = parts.postgres;
    this.cluster = parts.cluster;
    this.sql = parts.sql;
    this.rest = parts.rest;
    this.sockets = parts.sockets;
    this.ids = parts.ids;
  }

  static async start(size: { gateways: number; watchers: number }): Promise<Site> {
    await using undo = new AsyncDisposableStack();
    const postgres = undo.use(await FailingPostgres.start());
    const cluster = undo.use(await startCluster({ databaseUrl: postgres.url, redisUrl: inject("redisUrl"), ...size }));
    const logger = createLogger("test", "silent");
    const sql = createPool({
      url: postgres.url,
      names: databaseNames("app", "heliograph"),
      name: "test",
      max: 4,
      logger,
    });
    undo.defer(() => sql.end());
    const gateways = cluster.gateways.map(({ url }) => url);
    const rest = await RestClient.login(gateways[0] ?? "", "bob@northwind.example");
    const ids = await insertProjects(sql, { organizationId: rest.person.organizationId, count: 40 });
    await feedSettled(sql);
    const sockets = await Promise.all(gateways.map((url) => TestSocket.connect({ url, token: rest.token })));
    for (const socket of sockets) undo.use(socket);
    for (const socket of sockets) await socket.subscribe("project", ids);
    const all = undo.move();
    const site = new Site({ postgres, cluster, sql, rest, sockets, ids });
    return Object.assign(site, { [Symbol.asyncDispose]: () => all.disposeAsync() });
  }

  declare [Symbol.asyncDispose]: () => Promise<void>;

  id(index: number): string {
    return this.ids[index % this.ids.length] ?? "";
  }

  async epoch(): Promise<string> {
    return (await this.sql.query<{ e: string }>("select log_epoch as e from app.sync_state")).rows[0]?.e ?? "";
  }

  /** Waits until the database takes writes again; answers after how many milliseconds. */
  async untilWritable(): Promise<number> {
    const started = performance.now();
    await waitFor("the database takes writes", async () => {
      const answer = await this.rest.patch(`project/${this.id(0)}`, { name: `Back ${randomUUID()}` });
      return answer.status === 200;
    });
    return performance.now() - started;
  }

  /** Waits until a watcher leads and every gateway has applied all claimed rows. */
  async untilQuiet(): Promise<void> {
    await feedSettled(this.sql);
    const { rows } = await this.sql.query<{ head: number }>("select head_seq::float8 as head from app.sync_state");
    for (const { url } of this.cluster.gateways)
      await waitFor("the feed is at the head", async () => {
        return (await readMetric(url, "heliograph_gateway_feed_position")) === rows[0]?.head;
      });
  }
}

/** Writes by REST one after another until told to stop, and remembers what was acknowledged. */
class AcknowledgedWrites {
  readonly versions = new Map<string, number>();
  #count = 0;
  #stopped = false;
  readonly #done: Promise<void>;

  constructor(site: Site) {
    this.#done = this.#write(site);
    this.#done.catch(() => undefined);
  }

  get count(): number {
    return this.#count;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#done;
  }

  async #write(site: Site): Promise<void> {
    for (let n = 0; !this.#stopped; n++) {
      const id = site.id(n);
      try {
        const answer = await site.rest.patch(`project/${id}`, { name: `Write ${n}` });
        if (answer.status !== 200) continue;
        this.versions.set(id, answer.body.version);
        this.#count += 1;
      } catch {
        // Not acknowledged: it may have happened or not.
      }
    }
  }
}

/** What a client does after RESET: names what it holds, and learns what differs. */
async function startAfresh(socket: TestSocket, held: ReadonlyMap<string, number>) {
  await socket.next("RESET");
  const ids = [...held.keys()];
  return socket.subscribe("project", ids, { versions: ids.map((id) => held.get(id) ?? 0) });
}

test("pg_ctl restart -m immediate: acknowledged writes survive and are delivered, sockets and subscriptions stay, and no socket is reset", async () => {
  await using site = await Site.start({ gateways: 2, watchers: 2 });
  const epoch = await site.epoch();
  const subscriptions = "select connection_id, entity_id from app.rxdb_subscription order by 1, 2";
  const before = (await site.sql.query(subscriptions)).rows;
  expect(before.length).toBe(site.sockets.length * site.ids.length);
  const writes = new AcknowledgedWrites(site);
  await waitFor("writes", () => writes.count > 20);
  await site.postgres.restartImmediately();
  const backMs = await site.untilWritable();
  const atCrash = writes.count;
  await waitFor("writes afterwards", () => writes.count > atCrash + 20);
  await writes.stop();
  const now = await versionsOf(site.sql, "project", site.ids);
  for (const [id, version] of writes.versions) expect(now.get(id)).toBeGreaterThanOrEqual(version);
  await site.untilQuiet();
  for (const socket of site.sockets) {
    await socket.untilAll("project", now);
    expect(socket.isOpen).toBe(true);
    expect(socket.received.filter(({ type }) => type === "RESET")).toEqual([]);
    expect(socket.versions.disorder()).toEqual([]);
  }
  expect(await site.epoch()).toBe(epoch);
  expect((await site.sql.query(subscriptions)).rows).toEqual(before);
  expect(await sequenceFaults(site.sql)).toEqual([]);
  process.stdout.write(
    `crash recovery: writable again after ${Math.round(backMs)} ms, ${writes.count} acknowledged writes, 0 lost\n`,
  );
}, 60_000);

test("promotion of a synchronous standby: no acknowledged write is lost, and all clients compare with the new server", async () => {
  await using site = await Site.start({ gateways: 1, watchers: 1 });
  await site.postgres.addStandby({ synchronous: true });
  const epoch = await site.epoch();
  const writes = new AcknowledgedWrites(site);
  await waitFor("writes", () => writes.count > 40);
  await site.postgres.failOver();
  const backMs = await site.untilWritable();
  await writes.stop();
  const now = await versionsOf(site.sql, "project", site.ids);
  for (const [id, version] of writes.versions) expect(now.get(id)).toBeGreaterThanOrEqual(version);
  // The rows are the same, but the services cannot know that: the timeline differs.
  await waitFor("another epoch", async () => (await site.epoch()) !== epoch);
  await site.untilQuiet();
  for (const socket of site.sockets) {
    await startAfresh(socket, new Map(site.ids.map((id) => [id, socket.versions.version("project", id)])));
    await socket.untilAll("project", await versionsOf(site.sql, "project", site.ids));
    expect(socket.isOpen).toBe(true);
  }
  expect(await sequenceFaults(site.sql)).toEqual([]);
  process.stdout.write(
    `synchronous failover: writable after ${Math.round(backMs)} ms, ${writes.count} acknowledged writes, 0 lost\n`,
  );
}, 60_000);

test("promotion of a lagging standby: writes it never had are taken back everywhere, and later ones are newer than those lost", async () => {
  await using site = await Site.start({ gateways: 2, watchers: 1 });
  const standby = await site.postgres.addStandby({ synchronous: false });
  const epoch = await site.epoch();
  const [changed, deleted] = [site.id(0), site.id(1)];
  const kept = await versionsOf(site.sql, "project", site.ids);
  await standby.caughtUp();
  await standby.fallBehind();
  // Committed, told, seen, and lost.
  const lost = await rename(site.sql, "project", changed, "Lost");
  await site.sql.query("delete from app.project where id = $1", [deleted]);
  const [created = ""] = await insertProjects(site.sql, { organizationId: site.rest.person.organizationId, count: 1 });
  for (const socket of site.sockets) {
    await socket.untilVersion("project", changed, lost);
    await waitFor("the deletion", () => socket.versions.isGone("project", deleted));
    await socket.subscribe("project", [created]);
  }
  await site.postgres.failOver();
  await waitFor("another epoch", async () => (await site.epoch()) !== epoch);
  const held = new Map([...kept, [changed, lost], [deleted, Number.MAX_SAFE_INTEGER], [created, lost]]);
  const differing = (versions: ReadonlyMap<string, number>) =>
    [...versions].map(([entityId, version]) => ({ entityId, version }));
  for (const socket of site.sockets) {
    const answer = await startAfresh(socket, held);
    expect(answer.gone).toEqual([created]);
    const truth = new Map([changed, deleted].map((id) => [id, kept.get(id) ?? 0]));
    expect(answer.changed.toSorted((a, b) => a.entityId.localeCompare(b.entityId))).toEqual(
      differing(truth).toSorted((a, b) => a.entityId.localeCompare(b.entityId)),
    );
    expect(socket.isOpen).toBe(true);
  }
  await site.untilWritable();
  const next = await rename(site.sql, "project", changed, "After the failover");
  expect(next).toBeGreaterThan(lost);
  for (const socket of site.sockets) await socket.untilVersion("project", changed, next);
  await site.untilQuiet();
  expect(await sequenceFaults(site.sql)).toEqual([]);
}, 60_000);
