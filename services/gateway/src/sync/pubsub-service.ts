import type { IncomingMessage } from "node:http";
import { hostname } from "node:os";
import type { Duplex } from "node:stream";
import { closeCodes } from "@heliograph/protocol";
import type { Logger, Tokens } from "@heliograph/server-kit";
import type { Pool } from "pg";
import type { GatewayConfig } from "../config.ts";
import type { Registry } from "../db/registry.ts";
import type { GatewayMetrics } from "../metrics.ts";
import { type Clock, pause, systemClock } from "./clock.ts";
import type { Connection } from "./connection.ts";
import { ConnectionManager } from "./connection-manager.ts";
import { CursorSeal } from "./cursor.ts";
import { FanOut } from "./fan-out.ts";
import { Feed } from "./feed.ts";
import { GatewayRow } from "./gateway-row.ts";
import { listenToHints } from "./hint-listener.ts";
import { defaultLimits, type Limits } from "./limits.ts";
import { createLogReader } from "./log-reader.ts";
import { createPoker, type Poker, silentPoker } from "./poker.ts";
import { Rights } from "./rights.ts";
import { createRightsReader } from "./rights-reader.ts";
import { SessionCloser } from "./session-closer.ts";
import { SessionStore } from "./session-store.ts";
import { SocketServer } from "./socket-server.ts";
import { SubscriptionIndex } from "./subscription-index.ts";
import { SubscriptionManager } from "./subscription-manager.ts";

export type PubsubDependencies = {
  readonly config: GatewayConfig;
  /** For reads under users' rights; shared with REST. */
  readonly pool: Pool;
  /** For the feed, the heartbeat and subscription rows, which must not wait behind requests. */
  readonly syncPool: Pool;
  readonly registry: Registry;
  readonly tokens: Tokens;
  readonly logger: Logger;
  readonly metrics: GatewayMetrics;
  readonly clock?: Clock;
  readonly random?: () => number;
};

/** Over how long sockets begin afresh when the log turned out to be another one: spreads their subscriptions. */
const anotherHistorySpreadMs = 30_000;
/** The same when this pod was given up: nothing is wrong with the log, but others may own the sessions. */
const givenUpSpreadMs = 1000;
/** At stop, 2 ms for each socket and at most this long. */
const stopSpreadMs = 2000;
/** How long closed sockets and their rows are waited for at stop. */
const stopGraceMs = 1000;

/** Ours, and those that WebSocket itself uses. */
const knownCloses = new Set<number>([
  ...Object.values(closeCodes).map(({ code }) => code),
  ...[1000, 1001, 1002, 1003, 1005, 1006, 1007, 1009, 1011],
]);

export function limitsOf(config: GatewayConfig): Limits {
  return {
    ...defaultLimits,
    maxMessageBytes: config.MAX_MESSAGE_BYTES,
    maxSubscriptions: config.MAX_SUBSCRIPTIONS,
    maxSocketsPerUser: config.MAX_SOCKETS_PER_USER,
    pingIntervalMs: config.PING_INTERVAL_MS,
    messagesPerSecond: config.MESSAGES_PER_SECOND,
    messageBurst: 6 * config.MESSAGES_PER_SECOND,
    maxWaitMs: config.SLOW_CONSUMER_MS,
  };
}

/** Everything behind the socket: the feed, the sockets, and what leads from the one to the others. */
export class PubsubService {
  readonly #dependencies: PubsubDependencies;
  readonly #clock: Clock;
  readonly #stop = new AbortController();
  readonly #feed: Feed;
  readonly #connections: ConnectionManager;
  readonly #sockets: SocketServer;
  readonly #closer: SessionCloser;
  readonly #poker: Poker;
  #row: GatewayRow | undefined;
  #stopListening: () => void = () => undefined;
  #running: Promise<unknown> = Promise.resolve();
  #state: "starting" | "serving" | "stopping" = "starting";

  constructor(dependencies: PubsubDependencies) {
    this.#dependencies = dependencies;
    const { config, pool, syncPool, registry, tokens, logger, metrics, random = Math.random } = dependencies;
    const clock = dependencies.clock ?? systemClock;
    this.#clock = clock;
    const { signal } = this.#stop;
    const limits = limitsOf(config);
    const index = new SubscriptionIndex<Connection>();
    const rows = new SessionStore(syncPool);
    // Half of the pool: subscriptions in a storm must leave room for REST, which the clients call next.
    const reader = createRightsReader({ pool, registry, concurrency: Math.ceil(config.DATABASE_POOL_SIZE / 2) });
    const onError = (error: unknown): void => {
      metrics.errors.inc();
      logger.warn({ err: error }, "sync");
    };
    const subscriptions = new SubscriptionManager({
      index,
      rows,
      rights: reader,
      knows: async (code) => (await registry.find(code)) !== undefined,
      limits,
      clock,
      onError,
      observeSubscribe: (seconds) => metrics.subscribeSeconds.observe(seconds),
    });
    const rights = new Rights({
      reader,
      subscriptions,
      clock,
      random,
      signal,
      onError,
      countRead: (result) => metrics.rightsReads.inc({ result }),
      maxWaiting: limits.maxWaiting,
    });
    this.#closer = new SessionCloser({ end: (session) => rows.end(session), clock, random, signal, onError });
    const cursors = new CursorSeal(config.CURSOR_SECRET);
    this.#connections = new ConnectionManager({
      clock,
      random,
      limits,
      subscriptions,
      gatewayId: () => this.#row?.id ?? "",
      cursor: () => (this.#feed.position ? cursors.seal(this.#feed.position) : ""),
      endSession: (session) => void this.#closer.close(session),
      onError,
      count: {
        in: (type) => metrics.messagesIn.inc({ type }),
        out: (type) => metrics.messagesOut.inc({ type }),
        invalidations: (count) => metrics.invalidations.inc(count),
        slow: () => metrics.slowCloses.inc(),
        // A client may close with any of 2000 codes; each label value is kept for ever.
        closed: (code) => metrics.closes.inc({ code: knownCloses.has(code) ? String(code) : "other" }),
      },
    });
    const fanOut = new FanOut({ index, rights, usersOf: (personId) => this.#connections.usersOf(personId) });
    this.#feed = new Feed({
      ...createLogReader(syncPool),
      apply: (items) => fanOut.apply(items),
      anotherHistory: (reason) => {
        metrics.otherHistories.inc();
        logger.warn({ reason, sockets: this.#connections.size }, "another history: sockets begin afresh");
        void this.#connections.restartAll(reason, anotherHistorySpreadMs);
      },
      clock,
      random,
      bus: config.REDIS_URL !== null,
      pollIntervalMs: config.POLL_INTERVAL_MS,
      observe: {
        moved: ({ seq }, newestMs) => {
          metrics.feedPosition.set(seq);
          if (newestMs > 0) metrics.feedLag.observe(Math.max(0, clock.wall() - newestMs) / 1000);
        },
        repaired: (reason, count) => {
          metrics.repairs.inc({ reason });
          metrics.repairedRows.inc(count);
        },
        failed: (error) => {
          metrics.feedErrors.inc();
          logger.warn({ cause: error instanceof Error ? error.message : String(error) }, "cannot read the log");
        },
      },
    });
    this.#sockets = new SocketServer({
      tokens,
      connections: this.#connections,
      allowedOrigins: config.ALLOWED_ORIGINS,
      tokenInQuery: config.TOKEN_IN_QUERY,
      maxMessageBytes: limits.maxMessageBytes,
      enabled: config.SYNC_ENABLED,
      ready: () => this.#state === "serving",
      countRefused: (code) => metrics.refused.inc({ code }),
    });
    metrics.sizes.connections = () => this.#connections.size;
    metrics.sizes.subscriptions = () => index.size;
    this.#poker =
      config.REDIS_URL !== null && config.SYNC_ENABLED
        ? createPoker({ url: config.REDIS_URL, prefix: config.REDIS_PREFIX, logger })
        : silentPoker;
  }

  /** A reason while no socket can be served, undefined when it can. The kill switch is no reason: REST goes on. */
  get notReady(): string | undefined {
    if (this.#state === "stopping") return "stopping";
    return this.#dependencies.config.SYNC_ENABLED && this.#state === "starting" ? "waiting for the feed" : undefined;
  }

  /** Listener for the HTTP server's "upgrade". Works from the start: it refuses until sockets can be served. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#sockets.upgrade(request, socket, head);
  }

  /** After a write through REST: makes the watcher look at the log at once. */
  poke(): void {
    this.#poker.poke();
  }

  /** @throws when the database does not answer; may be called again then */
  async start(port: number): Promise<void> {
    const { config, syncPool, logger, metrics } = this.#dependencies;
    if (!config.SYNC_ENABLED) return;
    this.#row ??= new GatewayRow({
      pool: syncPool,
      address: `${hostname()}:${port}`,
      clock: this.#clock,
      logger,
      onGivenUp: () => void this.#connections.restartAll("this gateway was given up", givenUpSpreadMs),
    });
    await this.#row.register();
    await this.#feed.start();
    if (config.REDIS_URL !== null)
      this.#stopListening = listenToHints({
        url: config.REDIS_URL,
        prefix: config.REDIS_PREFIX,
        logger,
        onMessage: (message) => this.#feed.onMessage(message),
        onConnected: () => {
          metrics.redisConnected.set(1);
          this.#feed.onConnected();
        },
        onDisconnected: () => {
          metrics.redisConnected.set(0);
          this.#feed.onDisconnected();
        },
        onMalformed: () => metrics.malformedHints.inc(),
      });
    const { signal } = this.#stop;
    this.#running = Promise.all([this.#feed.run(signal), this.#row.run(signal)]);
    this.#connections.startSweeping();
    this.#state = "serving";
  }

  /** Sends every socket to another pod, then removes what this one wrote. Takes at most some 5 s. */
  async stop(): Promise<void> {
    this.#state = "stopping";
    await this.#connections.restartAll("the gateway stops", Math.min(stopSpreadMs, this.#connections.size * 2));
    await this.#within(async (over) => {
      while (this.#connections.size > 0 && !over.aborted) await pause(this.#clock, 20, over);
    });
    this.#sockets.terminateAll();
    this.#connections.stopSweeping();
    this.#stop.abort();
    this.#stopListening();
    this.#poker.close();
    // A statement on a dead link may take longer; the watcher then reaps what is left.
    await this.#within(async () => {
      await Promise.all([this.#running, this.#closer.idle()]);
      await this.#row?.remove();
    });
  }

  /** Does what can be done within the grace. */
  async #within(work: (over: AbortSignal) => Promise<void>): Promise<void> {
    const over = new AbortController();
    const done = work(over.signal)
      .catch((error: unknown) => this.#dependencies.logger.warn({ err: error }, "the stop left something behind"))
      .finally(() => over.abort());
    await Promise.race([done, pause(this.#clock, stopGraceMs, over.signal)]);
    over.abort();
  }
}
