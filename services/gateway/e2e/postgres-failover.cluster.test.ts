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

/** A cluster on a database that can fail. bob has a socket at each gateway, with the same subscriptions. */
class FailoverSetup implements AsyncDisposable {
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

  static async start(size: { gateways: number; watchers: number }): Promise<FailoverSetup> {
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
    const setup = new FailoverSetup({ postgres, cluster, sql, rest, sockets, ids });
    return Object.assign(setup, { [Symbol.asyncDispose]: () => all.disposeAsync() });
  }

  declare [Symbol.asyncDispose]: () => Promise<void>;

  id(index: number): string {
    return this.ids[index % this.ids.length] ?? "";
  }

  async epoch(): Promise<string> {
    return (await this.sql.query<{ e: string }>("select log_epoch as e from app.sync_state")).rows[0]?.e ?? "";
  }

  /** Waits until the database accepts writes again. Returns the milliseconds that it took. */
  async untilWritable(): Promise<number> {
    const started = performance.now();
    await waitFor("the database accepts writes", async () => {
      const answer = await this.rest.patch(`project/${this.id(0)}`, { name: `Recovered ${randomUUID()}` });
      return answer.status === 200;
    });
    return performance.now() - started;
  }

  /** Waits until all rows of the log are sequenced and every gateway has applied them. */
  async untilCaughtUp(): Promise<void> {
    await feedSettled(this.sql);
    const { rows } = await this.sql.query<{ head: number }>("select head_seq::float8 as head from app.sync_state");
    for (const { url } of this.cluster.gateways)
      await waitFor("the feed is at the head", async () => {
        return (await readMetric(url, "heliograph_gateway_feed_position")) === rows[0]?.head;
      });
  }
}

/** Writes by REST, one request after another, until stopped. Records the acknowledged versions. */
class AcknowledgedWrites {
  readonly versions = new Map<string, number>();
  #count = 0;
  #stopped = false;
  readonly #done: Promise<void>;

  constructor(setup: FailoverSetup) {
    this.#done = this.#write(setup);
    this.#done.catch(() => undefined);
  }

  get count(): number {
    return this.#count;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#done;
  }

  async #write(setup: FailoverSetup): Promise<void> {
    for (let n = 0; !this.#stopped; n++) {
      const id = setup.id(n);
      try {
        const answer = await setup.rest.patch(`project/${id}`, { name: `Write ${n}` });
        if (answer.status !== 200) continue;
        this.versions.set(id, answer.body.$version);
        this.#count += 1;
      } catch {
        // Not acknowledged, so the write may or may not have been committed.
      }
    }
  }
}

/** Subscribes with the held versions after RESET, as a client does; the answer reports what differs. */
async function resubscribeAfterReset(socket: TestSocket, held: ReadonlyMap<string, number>) {
  await socket.next("RESET");
  const ids = [...held.keys()];
  return socket.subscribe("project", ids, { versions: ids.map((id) => held.get(id) ?? 0) });
}

test("[G1, G4] after pg_ctl restart -m immediate, acknowledged writes are kept and delivered, sockets and subscriptions stay, and no socket is reset", async () => {
  await using setup = await FailoverSetup.start({ gateways: 2, watchers: 2 });
  const epoch = await setup.epoch();
  const subscriptions = "select connection_id, entity_id from app.rxdb_subscription order by 1, 2";
  const before = (await setup.sql.query(subscriptions)).rows;
  expect(before.length).toBe(setup.sockets.length * setup.ids.length);
  const writes = new AcknowledgedWrites(setup);
  await waitFor("writes", () => writes.count > 20);
  await setup.postgres.restartImmediately();
  const recoveryMs = await setup.untilWritable();
  const atCrash = writes.count;
  await waitFor("writes afterwards", () => writes.count > atCrash + 20);
  await writes.stop();
  const now = await versionsOf(setup.sql, "project", setup.ids);
  for (const [id, version] of writes.versions) expect(now.get(id)).toBeGreaterThanOrEqual(version);
  await setup.untilCaughtUp();
  for (const socket of setup.sockets) {
    await socket.untilAll("project", now);
    expect(socket.isOpen).toBe(true);
    expect(socket.received.filter(({ type }) => type === "RESET")).toEqual([]);
    expect(socket.versions.disorder()).toEqual([]);
  }
  expect(await setup.epoch()).toBe(epoch);
  expect((await setup.sql.query(subscriptions)).rows).toEqual(before);
  expect(await sequenceFaults(setup.sql)).toEqual([]);
  process.stdout.write(
    `crash recovery: writable again after ${Math.round(recoveryMs)} ms, ${writes.count} acknowledged writes, 0 lost\n`,
  );
});

test("[RES-10, G1, G4] after the promotion of a synchronous standby, no acknowledged write is lost, and all clients compare their versions with the new server", async () => {
  await using setup = await FailoverSetup.start({ gateways: 1, watchers: 1 });
  await setup.postgres.addStandby({ synchronous: true });
  const epoch = await setup.epoch();
  const writes = new AcknowledgedWrites(setup);
  await waitFor("writes", () => writes.count > 40);
  await setup.postgres.failOver();
  const recoveryMs = await setup.untilWritable();
  await writes.stop();
  const now = await versionsOf(setup.sql, "project", setup.ids);
  for (const [id, version] of writes.versions) expect(now.get(id)).toBeGreaterThanOrEqual(version);
  // The rows are the same, but the services only see that the timeline differs.
  await waitFor("a new epoch", async () => (await setup.epoch()) !== epoch);
  await setup.untilCaughtUp();
  for (const socket of setup.sockets) {
    await resubscribeAfterReset(socket, new Map(setup.ids.map((id) => [id, socket.versions.version("project", id)])));
    await socket.untilAll("project", await versionsOf(setup.sql, "project", setup.ids));
    expect(socket.isOpen).toBe(true);
  }
  expect(await sequenceFaults(setup.sql)).toEqual([]);
  process.stdout.write(
    `synchronous failover: writable after ${Math.round(recoveryMs)} ms, ${writes.count} acknowledged writes, 0 lost\n`,
  );
});

test("[RES-10, SUB-1, G1] after the promotion of a lagging standby, all clients revert the writes that it never received, and later versions exceed the lost ones", async () => {
  await using setup = await FailoverSetup.start({ gateways: 2, watchers: 1 });
  const standby = await setup.postgres.addStandby({ synchronous: false });
  const epoch = await setup.epoch();
  const [changed, deleted] = [setup.id(0), setup.id(1)];
  const kept = await versionsOf(setup.sql, "project", setup.ids);
  await standby.caughtUp();
  await standby.fallBehind();
  // Committed and delivered, but not replicated, so lost at the failover.
  const lost = await rename(setup.sql, "project", changed, "Lost");
  await setup.sql.query("delete from app.project where id = $1", [deleted]);
  const [created = ""] = await insertProjects(setup.sql, {
    organizationId: setup.rest.person.organizationId,
    count: 1,
  });
  for (const socket of setup.sockets) {
    await socket.untilVersion("project", changed, lost);
    await waitFor("the deletion", () => socket.versions.isGone("project", deleted));
    await socket.subscribe("project", [created]);
  }
  await setup.postgres.failOver();
  await waitFor("a new epoch", async () => (await setup.epoch()) !== epoch);
  const held = new Map([...kept, [changed, lost], [deleted, Number.MAX_SAFE_INTEGER], [created, lost]]);
  const toChanges = (versions: ReadonlyMap<string, number>) =>
    [...versions].map(([entityId, version]) => ({ entityId, version }));
  for (const socket of setup.sockets) {
    const answer = await resubscribeAfterReset(socket, held);
    expect(answer.gone).toEqual([created]);
    const expected = new Map([changed, deleted].map((id) => [id, kept.get(id) ?? 0]));
    expect(answer.changed.toSorted((a, b) => a.entityId.localeCompare(b.entityId))).toEqual(
      toChanges(expected).toSorted((a, b) => a.entityId.localeCompare(b.entityId)),
    );
    expect(socket.isOpen).toBe(true);
  }
  await setup.untilWritable();
  const next = await rename(setup.sql, "project", changed, "After the failover");
  expect(next).toBeGreaterThan(lost);
  for (const socket of setup.sockets) await socket.untilVersion("project", changed, next);
  await setup.untilCaughtUp();
  expect(await sequenceFaults(setup.sql)).toEqual([]);
});
