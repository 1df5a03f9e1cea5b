import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { type HintMessage, hintChannel } from "@heliograph/protocol";
import {
  coalesce,
  createLogger,
  createMetricsRegistry,
  createPool,
  createRedis,
  type DatabasePool,
  encodeFeedMessage,
  loadConfig,
  readLog,
  Tokens,
} from "@heliograph/server-kit";
import { createTestDatabase, type TestDatabase } from "@heliograph/server-kit/testing";
import { type ResumePoint, TestSocket } from "@heliograph/testkit/socket/test-socket";
import { inject } from "vitest";
import { buildApp, listen } from "../../app.ts";
import { type GatewayConfig, gatewayConfig } from "../../config.ts";
import { EntityRegistry } from "../../db/entity-registry.ts";
import { createGatewayMetrics, type GatewayMetrics } from "../../metrics.ts";
import { createMetricsObserver } from "../../metrics-observer.ts";
import { PubsubService } from "../pubsub-service.ts";

const logger = createLogger("test", "silent");

/** Demo users: alice is the admin of Northwind, bob and carol are members, dave is the admin of Contoso. */
export type DemoUser = "alice" | "bob" | "carol" | "dave";
type Identity = { readonly personId: string; readonly organizationId: string };

/** A gateway in this process, with its own database and the Redis of the test run. */
export type LiveGateway = AsyncDisposable & {
  readonly db: TestDatabase;
  readonly pool: DatabasePool;
  readonly syncPool: DatabasePool;
  readonly registry: EntityRegistry;
  readonly tokens: Tokens;
  readonly config: GatewayConfig;
  readonly metrics: GatewayMetrics;
  readonly pubsub: PubsubService;
  readonly port: number;
  identity(user: DemoUser): Identity;
  /** Claims pending rows and returns the hint that the watcher would publish; null when none was pending. */
  claim(): Promise<HintMessage | null>;
  publish(message: object): Promise<void>;
  /** Claims and publishes. */
  relay(): Promise<void>;
  connect(user: DemoUser, options?: { url?: string }): Promise<TestSocket>;
  /** Opens a new socket that resumes a lost one's connection. */
  resume(user: DemoUser, lost: ResumePoint): Promise<TestSocket>;
  stop(): Promise<void>;
};

async function readIdentities(db: TestDatabase): Promise<Map<string, Identity>> {
  const { rows } = await db.pool.query<{ email: string; person_id: string; organization_id: string }>(
    "select p.email, m.person_id, m.organization_id from app.person p join app.membership m on m.person_id = p.id",
  );
  return new Map(
    rows.map((row) => [
      row.email.split("@")[0] ?? "",
      { personId: row.person_id, organizationId: row.organization_id },
    ]),
  );
}

/** Takes the lease and claims by SQL, as the watcher's leader does. */
function createClaimer(db: TestDatabase): () => Promise<HintMessage | null> {
  const me = randomUUID();
  return async () => {
    await db.pool.query("select app.lead($1, '1 hour')", [me]);
    const { rows } = await db.pool.query<{ first_seq: string; last_seq: string; log_epoch: string }>(
      "select first_seq, last_seq, log_epoch from app.claim($1, 10000, 0)",
      [me],
    );
    const [row] = rows;
    if (!row) return null;
    const prev = Number(row.first_seq) - 1;
    const pool = createPool({ url: db.url(), names: db.names, name: "claimer", max: 1, logger });
    try {
      const log = await readLog(pool, { after: prev, limit: Number(row.last_seq) - prev });
      const seq = Number(row.last_seq);
      return encodeFeedMessage({
        type: "hint",
        epoch: row.log_epoch,
        prev,
        seq,
        changes: coalesce(log),
      }) as HintMessage;
    } finally {
      await pool.end();
    }
  };
}

export async function startLiveGateway(
  environment: Readonly<Record<string, string>> = {},
  { redis = true, beside }: { redis?: boolean; beside?: LiveGateway } = {},
): Promise<LiveGateway> {
  await using undo = new AsyncDisposableStack();
  // Beside another gateway: on its database, with the same hints.
  const db = beside?.db ?? undo.use(await createTestDatabase({ template: "demo" }));
  const redisUrl = redis ? inject("redisUrl") : null;
  if (redis && !redisUrl) throw new Error("this test needs Redis: put redis-server on PATH");
  const config = loadConfig(gatewayConfig, {
    DATABASE_URL: db.url("heliograph_gateway"),
    JWT_SECRET: "a secret that only these tests know, long enough",
    CURSOR_SECRET: "another secret that only these tests know",
    REDIS_PREFIX: beside?.config.REDIS_PREFIX ?? `test-${randomUUID()}`,
    ...(redisUrl ? { REDIS_URL: redisUrl } : {}),
    PORT: "0",
    ...environment,
  });
  const identities = await readIdentities(db);
  const claim = beside?.claim ?? createClaimer(db);
  // The demonstration data is a backlog; the gateway starts behind it.
  while (await claim());

  const url = config.DATABASE_URL;
  const pool = createPool({ url, names: db.names, name: "test-gateway", max: 10, logger, pipeline: true });
  undo.defer(() => pool.end());
  const syncPool = createPool({
    url,
    names: db.names,
    name: "test-gateway-sync",
    max: 5,
    logger,
    queryTimeoutMs: 6000,
  });
  undo.defer(() => syncPool.end());
  const registry = new EntityRegistry(pool);
  await registry.refresh();
  const tokens = new Tokens(config);
  const metricsRegistry = createMetricsRegistry("gateway");
  const metrics = createGatewayMetrics(metricsRegistry);
  const pubsub = new PubsubService({
    config,
    pool,
    syncPool,
    registry,
    tokens,
    logger,
    observer: createMetricsObserver({ metrics, logger }),
  });
  metrics.observeSizes(() => pubsub.sizes);
  const notReady = (): string | undefined => pubsub.notReady;
  const app = await buildApp({ config, pool, registry, tokens, logger, metrics, metricsRegistry, pubsub, notReady });
  undo.defer(() => app.close());
  const port = await listen(app, 0, "127.0.0.1");
  await pubsub.start(port);
  const publisher = redisUrl ? createRedis({ url: redisUrl, name: "test-publisher", logger }) : undefined;
  undo.defer(() => publisher?.disconnect());
  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> => (stopped ??= pubsub.stop());
  undo.defer(stop);
  if (publisher && publisher.status !== "ready") await once(publisher, "ready");
  if (publisher) {
    const channel = hintChannel(config.REDIS_PREFIX);
    while (((await publisher.pubsub("NUMSUB", channel)) as [string, number])[1] < (beside ? 2 : 1))
      await new Promise((resolve) => setImmediate(resolve));
  }

  const identity = (user: DemoUser): Identity => {
    const found = identities.get(user);
    if (!found) throw new Error(`the demonstration data has no ${user}`);
    return found;
  };
  const publish = async (message: object): Promise<void> => {
    await publisher?.publish(hintChannel(config.REDIS_PREFIX), JSON.stringify(message));
  };
  const open = (user: DemoUser, url = `http://127.0.0.1:${port}`): Promise<TestSocket> =>
    // Offers compression, so that tests see the server refuse it.
    TestSocket.open({ url, token: tokens.sign(identity(user)).token, name: user, compression: true });
  const all = undo.move();
  return {
    db,
    pool,
    syncPool,
    registry,
    tokens,
    config,
    metrics,
    pubsub,
    port,
    identity,
    claim,
    publish,
    relay: async () => {
      const hint = await claim();
      if (hint) await publish(hint);
    },
    connect: async (user, options = {}) => open(user, options.url),
    resume: async (user, lost) => {
      const socket = await open(user);
      socket.startResume(lost);
      return socket;
    },
    stop,
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}
