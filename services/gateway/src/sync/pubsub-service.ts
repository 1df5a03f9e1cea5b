import type { IncomingMessage } from "node:http";
import { hostname } from "node:os";
import type { Duplex } from "node:stream";
import type { DatabasePool, Identity, Logger, Tokens } from "@heliograph/server-kit";
import { type Clock, systemClock } from "@heliograph/shared/clock";
import { sleep } from "@heliograph/shared/sleep";
import type { GatewayConfig } from "../config.ts";
import type { EntityRegistry } from "../db/entity-registry.ts";
import type { Connection, SocketPort } from "./connection/connection.ts";
import { defaultLimits, type Limits } from "./connection/limits.ts";
import { SyncCursorSeal } from "./delivery/sync-cursor.ts";
import { listenToHints } from "./feed/hint-listener.ts";
import { createLogReader } from "./feed/log-reader.ts";
import { createPoker, type Poker, silentPoker } from "./feed/poker.ts";
import { createRightsReader } from "./rights/rights-reader.ts";
import { GatewayRow } from "./sessions/gateway-row.ts";
import { SessionStore } from "./sessions/session-store.ts";
import { SocketServer } from "./socket/socket-server.ts";
import { createEntityNames } from "./subscriptions/entity-names.ts";
import { createSyncCore, type SyncCore } from "./sync-core.ts";
import type { SyncObserver } from "./sync-observer.ts";

/** Sizes that are read when metrics are scraped. */
export interface SyncSizes {
  readonly connections: number;
  readonly subscriptions: number;
  readonly refused: number;
  readonly ringItems: number;
  readonly delayed: boolean;
}

export interface PubsubDependencies {
  readonly config: GatewayConfig;
  /** For reads under users' rights; shared with REST. */
  readonly pool: DatabasePool;
  /** For the feed, the heartbeat and subscription rows, which must not wait behind requests. */
  readonly syncPool: DatabasePool;
  readonly registry: EntityRegistry;
  readonly tokens: Tokens;
  readonly logger: Logger;
  readonly observer: SyncObserver;
  readonly clock?: Clock;
  readonly random?: () => number;
  /** The ways to Redis; simulations replace them. */
  readonly bus?: { readonly listenToHints: typeof listenToHints; readonly createPoker: typeof createPoker };
}

const redisBus = { listenToHints, createPoker };

/** After the gateway was declared dead, its sockets are closed over this time: other gateways may own their sessions. */
const declaredDeadSpreadMs = 1000;
/** The drain takes this long for each socket: clients come back at 200 a second. */
const drainMsPerSocket = 5;
/** What the ring keeps beyond the session grace: a cursor is older than the loss of its socket. */
const ringSlackMs = 30_000;
const maxRingItems = 100_000;
/** How long the stop waits for closed sockets, and for their rows. */
const stopGraceMs = 1000;

/** The limits of one connection from the configuration. */
function configuredLimits(config: GatewayConfig): Limits {
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

/** The socket service: starts and stops the sync core, and accepts sockets for it. */
export class PubsubService {
  readonly #dependencies: PubsubDependencies;
  readonly #clock: Clock;
  readonly #stop = new AbortController();
  readonly #core: SyncCore;
  readonly #sockets: SocketServer;
  readonly #poker: Poker;
  #row: GatewayRow | undefined;
  #stopListening: () => void = () => undefined;
  #running: Promise<unknown> = Promise.resolve();
  #state: "starting" | "serving" | "stopping" = "starting";

  constructor(dependencies: PubsubDependencies) {
    this.#dependencies = dependencies;
    const { config, pool, syncPool, registry, tokens, logger, observer } = dependencies;
    this.#clock = dependencies.clock ?? systemClock;
    const limits = configuredLimits(config);
    this.#core = createSyncCore({
      log: createLogReader(syncPool),
      sessions: new SessionStore(syncPool, { graceMs: config.SESSION_GRACE_MS }),
      // Half of the pool: a storm of subscriptions must leave room for REST, which the clients call next.
      rights: createRightsReader({ pool, registry, concurrency: Math.ceil(config.DATABASE_POOL_SIZE / 2) }),
      entityTypes: {
        ...createEntityNames(registry),
        hasOwnPolicy: (entityCode) => {
          const type = registry.get(entityCode);
          // Rows of one person: holders of other containers could never read them, as under policies that nobody else knows.
          return type === undefined || type.ownPolicy || type.ownerColumn !== null;
        },
      },
      verifyToken: (token) => tokens.verify(token),
      cursors: new SyncCursorSeal(config.CURSOR_SECRET),
      gatewayId: () => this.#row?.id ?? "",
      limits,
      ring: { maxItems: maxRingItems, maxAgeMs: config.SESSION_GRACE_MS + ringSlackMs },
      bus: config.REDIS_URL !== null,
      pollIntervalMs: config.POLL_INTERVAL_MS,
      clock: this.#clock,
      random: dependencies.random ?? Math.random,
      signal: this.#stop.signal,
      observer,
    });
    this.#sockets = new SocketServer({
      tokens,
      connections: this.#core.connections,
      allowedOrigins: config.ALLOWED_ORIGINS,
      tokenInQuery: config.TOKEN_IN_QUERY,
      maxMessageBytes: limits.maxMessageBytes,
      enabled: config.SYNC_ENABLED,
      ready: () => this.#state === "serving",
      onRefused: (code) => observer.upgradeRefused(code),
    });
    this.#poker =
      config.REDIS_URL !== null && config.SYNC_ENABLED
        ? (dependencies.bus ?? redisBus).createPoker({ url: config.REDIS_URL, prefix: config.REDIS_PREFIX, logger })
        : silentPoker;
  }

  /** A reason while no socket can be served. The kill switch is none: REST goes on. */
  get notReady(): string | undefined {
    if (this.#state === "stopping") return "stopping";
    return this.#dependencies.config.SYNC_ENABLED && this.#state === "starting" ? "waiting for the feed" : undefined;
  }

  get sizes(): SyncSizes {
    const { connections, index, refusedIndex, ring, delay } = this.#core;
    return {
      connections: connections.size,
      subscriptions: index.size,
      refused: refusedIndex.size,
      ringItems: ring.size,
      delayed: delay.since !== null,
    };
  }

  /** Listener for the HTTP server's "upgrade". Refuses upgrades until sockets can be served. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#sockets.upgrade(request, socket, head);
  }

  /** Opens a connection on a socket without a handshake, for simulations; the caller passes on what it receives. */
  attach(identity: Identity, socket: SocketPort): { readonly connection: Connection; closed(code: number): void } {
    const { connections } = this.#core;
    const connection = connections.open(identity, socket);
    return { connection, closed: (code) => connections.closed(connection, code) };
  }

  /** Makes the watcher poll the log immediately, after a write through REST. */
  poke(): void {
    this.#poker.poke();
  }

  /** Registers the gateway and follows the feed. @throws when the database does not answer; may be called again then */
  async start(port: number): Promise<void> {
    const { config, syncPool, logger } = this.#dependencies;
    if (!config.SYNC_ENABLED) return;
    const { connections } = this.#core;
    this.#row ??= new GatewayRow({
      pool: syncPool,
      address: `${hostname()}:${port}`,
      graceMs: config.SESSION_GRACE_MS,
      clock: this.#clock,
      logger,
      onDeclaredDead: () => void connections.closeAll("the gateway was declared dead", declaredDeadSpreadMs),
    });
    await this.#row.register();
    await this.#core.start();
    if (config.REDIS_URL !== null) this.#listen(config.REDIS_URL);
    this.#running = Promise.all([this.#core.run(), this.#row.run(this.#stop.signal)]);
    connections.startSweeping();
    this.#state = "serving";
  }

  #listen(url: string): void {
    const { config, logger, observer, bus = redisBus } = this.#dependencies;
    const { feed } = this.#core;
    this.#stopListening = bus.listenToHints({
      url,
      prefix: config.REDIS_PREFIX,
      logger,
      onMessage: (message) => feed.onMessage(message),
      onConnected: () => {
        observer.busConnected(true);
        feed.onConnected();
      },
      onDisconnected: () => {
        observer.busConnected(false);
        feed.onDisconnected();
      },
      onMalformed: () => observer.hintMalformed(),
    });
  }

  /** Sends every socket to another gateway and leaves its session to be resumed. */
  async stop(): Promise<void> {
    this.#state = "stopping";
    const { connections, sessionCloser } = this.#core;
    const spreadMs = Math.min(this.#dependencies.config.DRAIN_MS, connections.size * drainMsPerSocket);
    const drained = new AbortController();
    await Promise.race([connections.drain(spreadMs), this.#untilEmpty(drained.signal)]);
    drained.abort();
    await this.#withinGrace((over) => this.#untilEmpty(over));
    this.#sockets.terminateAll();
    connections.stopSweeping();
    this.#stop.abort();
    this.#stopListening();
    this.#poker.close();
    // A statement on a dead link may take longer; the watcher's housekeeping then removes what is left.
    await this.#withinGrace(async () => {
      await Promise.all([this.#running, sessionCloser.idle()]);
      await this.#row?.remove();
    });
  }

  async #untilEmpty(over: AbortSignal): Promise<void> {
    while (this.#core.connections.size > 0 && !over.aborted) await sleep(20, over, this.#clock);
  }

  /** Runs the work, and stops waiting for it after the grace. */
  async #withinGrace(work: (over: AbortSignal) => Promise<void>): Promise<void> {
    const over = new AbortController();
    const done = work(over.signal)
      .catch((error: unknown) =>
        this.#dependencies.logger.warn(
          { err: error },
          "stop did not complete; the watcher removes this gateway's rows later",
        ),
      )
      .finally(() => over.abort());
    await Promise.race([done, sleep(stopGraceMs, over.signal, this.#clock)]);
    over.abort();
  }
}
