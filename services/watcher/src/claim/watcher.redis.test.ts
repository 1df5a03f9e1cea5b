import { randomUUID } from "node:crypto";
import { type BusMessage, type HintMessage, hintChannel, pokeChannel } from "@heliograph/protocol";
import { createLogger, createMetricsRegistry, createPool, createRedis, Releasers } from "@heliograph/server-kit";
import { createTestDatabase, type TestDatabase } from "@heliograph/server-kit/testing";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { createWatcherMetrics } from "../metrics.ts";
import { createRedisBus } from "./bus.ts";
import { createLogDatabase } from "./log-database.ts";
import { LogWatcher } from "./log-watcher.ts";
import { PollPause } from "./poll-pause.ts";

const logger = createLogger("test", "silent");
const prefix = `test-${randomUUID()}`;
const releasers = new Releasers();
const received: BusMessage[] = [];
const listeners = new Set<() => void>();
let redisUrl: string;
let db: TestDatabase;
let projectId: string;

/** Resolves when the condition holds; it is checked after each message. The test's own timeout is the limit. */
function until(condition: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const check = (): void => {
      if (!condition()) return;
      listeners.delete(check);
      resolve();
    };
    listeners.add(check);
    check();
  });
}

/** Starts a watcher as the process runs it, with connections of its own. */
function startWatcher() {
  const pool = createPool({ url: db.url("heliograph_watcher"), names: db.names, name: "test-watcher", max: 2, logger });
  const pollPause = new PollPause();
  const bus = createRedisBus({ url: redisUrl, prefix, logger, onPoke: () => pollPause.poke() });
  const database = createLogDatabase({ pool, watcherId: randomUUID(), leaseTtlMs: 3000 });
  const watcher = new LogWatcher({
    database,
    bus,
    pollPause,
    settings: { POLL_BUSY_MS: 10, POLL_INTERVAL_MS: 10, CLAIM_BATCH: 100 },
    metrics: createWatcherMetrics(createMetricsRegistry("test")),
    logger,
  });
  const stop = new AbortController();
  const running = watcher.run(stop.signal);
  let stopped = false;
  const finish = async (): Promise<void> => {
    if (stopped) return;
    stopped = true;
    stop.abort();
    await running;
    await bus.close();
    await pool.end();
  };
  releasers.push("watcher", finish);
  return { watcher, finish };
}

const rename = (name: string): Promise<unknown> =>
  db.pool.query("update app.project set name = $1 where id = $2", [name, projectId]);
const hintsOf = (id: string): HintMessage[] =>
  received.filter((message) => message.type === "hint").filter((hint) => hint.items.some((item) => item.e === id));

beforeAll(async () => {
  const provided = inject("redisUrl");
  if (!provided) throw new Error("this test needs Redis: install redis-server");
  redisUrl = provided;
  db = await createTestDatabase({ template: "demo" });
  releasers.push("database", async () => db[Symbol.asyncDispose]());
  projectId = (await db.pool.query<{ id: string }>("select id from app.project order by id limit 1")).rows[0]?.id ?? "";
  const redis = createRedis({ url: redisUrl, name: "test", logger });
  releasers.push("redis", () => redis.disconnect());
  redis.on("message", (_channel, text: string) => {
    received.push(JSON.parse(text));
    for (const listener of [...listeners]) listener();
  });
  await new Promise<void>((resolve) => redis.once("ready", () => resolve()));
  await redis.subscribe(hintChannel(prefix));
});

afterAll(() => releasers.releaseAll());

test("[G1] one of two watchers leads and numbers the whole backlog without a gap", async () => {
  const first = startWatcher();
  const second = startWatcher();
  const pending = "select count(*)::int as n from app.logging where sync_status = 'pending' and action <> 0";
  await until(() => received.some((message) => message.type === "hint"));
  await expect.poll(async () => (await db.pool.query<{ n: number }>(pending)).rows[0]?.n, { interval: 50 }).toBe(0);
  expect([first.watcher.leading, second.watcher.leading].filter(Boolean)).toHaveLength(1);

  const { rows } = await db.pool.query<{ n: number; distinct: number; min: number; max: number; head: number }>(
    `select count(*)::int n, count(distinct sync_seq)::int "distinct", min(sync_seq)::int min, max(sync_seq)::int max,
            (select head_seq::int from app.sync_state) head from app.logging where sync_seq is not null`,
  );
  const log = rows[0];
  expect(log).toMatchObject({ min: 1, max: log?.n, distinct: log?.n, head: log?.n });

  const hints = received.filter((message) => message.type === "hint");
  for (const [index, hint] of hints.entries()) expect(hint.prev).toBe(index === 0 ? 0 : hints[index - 1]?.seq);
  await first.finish();
  await second.finish();
});

test("the standby takes over when the leader stops, and continues with the next number", async () => {
  const leader = startWatcher();
  await until(() => leader.watcher.leading);
  const standby = startWatcher();
  received.length = 0;
  await leader.finish();
  await rename("after the takeover");
  await until(() => standby.watcher.leading && hintsOf(projectId).length > 0);
  const [hint] = hintsOf(projectId);
  expect(hint?.seq).toBe((hint?.prev ?? 0) + 1);
  await standby.finish();
});

test("[HINT-14] a poke from a gateway reaches the watcher", async () => {
  const pokes = { count: 0 };
  const bus = createRedisBus({ url: redisUrl, prefix, logger, onPoke: () => void pokes.count++ });
  const publisher = createRedis({ url: redisUrl, name: "test-poker", logger });
  await new Promise<void>((resolve) => publisher.once("ready", () => resolve()));
  // PUBLISH returns the number of subscribers it reached: 0 until the watcher has subscribed.
  const poked = async (): Promise<number> => publisher.publish(pokeChannel(prefix), "");
  await expect.poll(poked, { interval: 10 }).toBe(1);
  await expect.poll(() => pokes.count, { interval: 5 }).toBeGreaterThan(0);
  publisher.disconnect();
  await bus.close();
});

test("[G1] a late commit is published after it commits and delays no other change", async () => {
  const watcher = startWatcher();
  await until(() => watcher.watcher.leading);
  received.length = 0;
  const { rows } = await db.pool.query<{ id: string }>("select id from app.task order by id limit 2");
  const [late, early] = rows.map((row) => row.id) as [string, string];
  const open = await db.pool.connect();
  await open.query("begin");
  await open.query("update app.task set title = 'late' where id = $1", [late]);
  await db.pool.query("update app.task set title = 'early' where id = $1", [early]);
  await until(() => hintsOf(early).length > 0);
  expect(hintsOf(late)).toHaveLength(0);
  await open.query("commit");
  open.release();
  await until(() => hintsOf(late).length > 0);
  expect(hintsOf(late)[0]?.seq).toBeGreaterThan(hintsOf(early)[0]?.seq ?? 0);
  await watcher.finish();
});
