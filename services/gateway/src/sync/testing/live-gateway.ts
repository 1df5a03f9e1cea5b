import { randomUUID } from "node:crypto";
import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { type DownMessage, type HintMessage, hintChannel, subprotocolsWithToken } from "@heliograph/protocol";
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
import { inject } from "vitest";
import { WebSocket } from "ws";
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
  connect(user: DemoUser, options?: { url?: string }): Promise<LiveClient>;
  /** Opens a new socket that resumes a lost one's connection. */
  resume(user: DemoUser, lost: Place): Promise<LiveClient>;
  stop(): Promise<void>;
};

/** The content of a RESUME. */
export type Place = { readonly connectionId: string; readonly cursor: string };

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
    connect: async (user, options = {}) =>
      LiveClient.open(options.url ?? `ws://127.0.0.1:${port}/ws/sync`, tokens.sign(identity(user)).token),
    resume: async (user, { connectionId, cursor }) => {
      const url = `ws://127.0.0.1:${port}/ws/sync`;
      const client = await LiveClient.open(url, tokens.sign(identity(user)).token);
      client.resumes = connectionId;
      client.ws.send(JSON.stringify({ type: "RESUME", payload: { connectionId, cursor } }));
      return client;
    },
    stop,
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

/** A client on a real socket that records what it receives. */
export class LiveClient implements AsyncDisposable {
  readonly ws: WebSocket;
  readonly received: DownMessage[] = [];
  /** The connection that this socket asked to resume. */
  resumes: string | undefined;
  readonly closed: Promise<number>;
  #waiting: (() => void)[] = [];
  #nextId = 0;

  constructor(ws: WebSocket) {
    this.ws = ws;
    ws.on("message", (data: Buffer) => {
      this.received.push(JSON.parse(data.toString("utf8")) as DownMessage);
      for (const look of this.#waiting.splice(0)) look();
    });
    ws.on("error", () => undefined);
    this.closed = new Promise((resolve) => ws.on("close", resolve));
  }

  /** @throws {RefusedError} when the handshake is refused */
  static async open(url: string, token?: string, headers: Record<string, string> = {}): Promise<LiveClient> {
    const ws = new WebSocket(url, token === undefined ? [] : subprotocolsWithToken(token), {
      headers,
      perMessageDeflate: true,
    });
    const client = new LiveClient(ws);
    await new Promise<void>((resolve, reject) => {
      ws.on("open", resolve);
      ws.on("unexpected-response", (_request, response) => void RefusedError.from(response).then(reject));
      ws.on("error", reject);
    });
    return client;
  }

  /** The first message that fits, already received or still to come; the test's timeout is the limit. */
  async next<Type extends DownMessage["type"]>(
    type: Type,
    fits: (message: Extract<DownMessage, { type: Type }>) => boolean = () => true,
  ): Promise<Extract<DownMessage, { type: Type }>> {
    for (;;) {
      const found = this.received.find(
        (message): message is Extract<DownMessage, { type: Type }> =>
          message.type === type && fits(message as Extract<DownMessage, { type: Type }>),
      );
      if (found) return found;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /** Sends a message and resolves with its answer. */
  async ask(message: { type: string; payload?: object }): Promise<DownMessage> {
    const id = `q${++this.#nextId}`;
    this.ws.send(JSON.stringify({ ...message, id }));
    for (;;) {
      const found = this.received.find((answer) => answer.id === id);
      if (found) return found;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  subscribe(entityCode: string, entityIds: string[], more: object = {}): Promise<DownMessage> {
    return this.ask({ type: "SUBSCRIBE", payload: { entityCode, entityIds, ...more } });
  }

  /** Received changes of one row. */
  told(entityId: string): { action: string; version: number }[] {
    return this.received.flatMap((message) =>
      message.type === "INVALIDATE" ? message.payload.changes.filter((change) => change.entityId === entityId) : [],
    );
  }

  get id(): string {
    if (this.resumes && this.received.some(({ type }) => type === "RESUMED")) return this.resumes;
    const [welcome] = this.received;
    if (welcome?.type !== "WELCOME") throw new Error("the first message was no WELCOME");
    return welcome.payload.connectionId;
  }

  /** The newest cursor with the valid connection id. */
  get place(): Place {
    const cursors = this.received.flatMap((message) =>
      message.type === "WELCOME" || message.type === "RESUMED" || message.type === "BOOKMARK"
        ? [message.payload.cursor]
        : [],
    );
    return { connectionId: this.id, cursor: cursors.at(-1) ?? "" };
  }

  /** Cuts the link silently. @returns the content of a RESUME */
  async lose(): Promise<Place> {
    this.ws.terminate();
    await this.closed;
    return this.place;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.ws.terminate();
    await this.closed;
  }
}

/** The handshake was refused by an HTTP response. */
export class RefusedError extends Error {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly body: { error: { code: string; message: string; remedy: string } };

  constructor(response: IncomingMessage, body: string) {
    super(`refused with ${response.statusCode}: ${body}`);
    this.status = response.statusCode ?? 0;
    this.headers = response.headers;
    this.body = JSON.parse(body) as RefusedError["body"];
  }

  static async from(response: IncomingMessage): Promise<RefusedError> {
    const parts: Buffer[] = [];
    for await (const part of response) parts.push(part as Buffer);
    return new RefusedError(response, Buffer.concat(parts).toString("utf8"));
  }
}
