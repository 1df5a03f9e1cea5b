import type { IncomingMessage } from "node:http";
import { hostname } from "node:os";
import type { Duplex } from "node:stream";
import { closeCodes } from "@heliograph/protocol";
import { coalesce, type DatabasePool, type Identity, type Logger, type Tokens } from "@heliograph/server-kit";
import { type Clock, systemClock } from "@heliograph/shared/clock";
import { sleep } from "@heliograph/shared/sleep";
import type { GatewayConfig } from "../config.ts";
import type { EntityRegistry } from "../db/entity-registry.ts";
import type { GatewayMetrics } from "../metrics.ts";
import { Bookmarks } from "./delivery/bookmarks.ts";
import { DelayWatch } from "./delivery/delay-watch.ts";
import { FanOut } from "./delivery/fan-out.ts";
import { CursorSeal, type Position } from "./delivery/sync-cursor.ts";
import { Feed, pageSize } from "./feed/feed.ts";
import { listenToHints } from "./feed/hint-listener.ts";
import { createLogReader, type LogReader } from "./feed/log-reader.ts";
import { createPoker, type Poker, silentPoker } from "./feed/poker.ts";
import { ReplayReader } from "./feed/replay-reader.ts";
import { Ring } from "./feed/replay-ring.ts";
import { Rights } from "./rights/rights-gate.ts";
import { createRightsReader } from "./rights/rights-reader.ts";
import { GatewayRow } from "./sessions/gateway-row.ts";
import { Resumer } from "./sessions/resumer.ts";
import type { Session } from "./sessions/session.ts";
import { SessionCloser } from "./sessions/session-closer.ts";
import { SessionGuard } from "./sessions/session-guard.ts";
import { SessionStore } from "./sessions/session-store.ts";
import type { Connection, SocketPort } from "./socket/connection.ts";
import { ConnectionManager } from "./socket/connection-manager.ts";
import { limitsOf } from "./socket/limits-of.ts";
import { createMessageRouter } from "./socket/message-router.ts";
import { SocketServer } from "./socket/socket-server.ts";
import { SubscriptionIndex } from "./subscriptions/subscription-index.ts";
import { SubscriptionManager } from "./subscriptions/subscription-manager.ts";
import { RowKeeper } from "./subscriptions/subscription-row-writer.ts";

export type PubsubDependencies = {
  readonly config: GatewayConfig;
  /** For reads under users' rights; shared with REST. */
  readonly pool: DatabasePool;
  /** For the feed, the heartbeat and subscription rows, which must not wait behind requests. */
  readonly syncPool: DatabasePool;
  readonly registry: EntityRegistry;
  readonly tokens: Tokens;
  readonly logger: Logger;
  readonly metrics: GatewayMetrics;
  readonly clock?: Clock;
  readonly random?: () => number;
  /** The ways to Redis; others in simulations. */
  readonly bus?: { readonly listenToHints: typeof listenToHints; readonly createPoker: typeof createPoker };
};

const redisBus = { listenToHints, createPoker };

/**
 * Over how long sockets begin afresh when the log turned out to be another one: spreads their subscriptions. Time for each
 * socket, and a limit: few need not wait for half a minute with what is wrong.
 */
const resetMsPerSocket = 5;
const anotherHistorySpreadMs = 30_000;
/** The same when this pod was given up: nothing is wrong with the log, but others may own the sessions. */
const givenUpSpreadMs = 1000;
/** At stop, time for each socket: 200 a second are no herd. */
const drainMsPerSocket = 5;
/** What the ring keeps beyond the grace: cursors are older than the loss of their socket. */
const ringSlackMs = 30_000;
const maxRingItems = 100_000;
/** How long closed sockets and their rows are waited for at stop. */
const stopGraceMs = 1000;

/** Ours, and those that WebSocket itself uses. */
const knownCloses = new Set<number>([
  ...Object.values(closeCodes).map(({ code }) => code),
  ...[1000, 1001, 1002, 1003, 1005, 1006, 1007, 1009, 1011],
]);

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
  readonly #guard: SessionGuard;
  readonly #log: LogReader;
  readonly #ring: Ring;
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
    const sleepers = new SubscriptionIndex<Connection>();
    const rows = new SessionStore(syncPool, { graceMs: config.SESSION_GRACE_MS });
    // Half of the pool: subscriptions in a storm must leave room for REST, which the clients call next.
    const reader = createRightsReader({ pool, registry, concurrency: Math.ceil(config.DATABASE_POOL_SIZE / 2) });
    const onError = (error: unknown): void => {
      metrics.errors.inc();
      logger.warn({ err: error }, "sync");
    };
    const keeper = new RowKeeper({ rows, clock, onError });
    const subscriptions = new SubscriptionManager({
      index,
      sleepers,
      rows: keeper,
      rights: reader,
      knows: async (code) => (await registry.find(code)) !== undefined,
      limits,
      clock,
      onError,
      countReset: (reason) => metrics.resets.inc({ reason }),
      stir: (connection, held) => rights.stir(connection.user, held),
      onCovered: (connection, code, ids) => rights.noteCovered(connection, code, ids),
      countWoken: () => metrics.woken.inc(),
      observeSubscribe: (seconds) => metrics.subscribeSeconds.observe(seconds),
    });
    const rights = new Rights({
      reader,
      subscriptions,
      hasOwnPolicy: (code) => registry.get(code)?.ownPolicy ?? true,
      clock,
      random,
      signal,
      onError,
      countRead: (result) => metrics.rightsReads.inc({ result }),
      maxWaiting: limits.maxWaiting,
    });
    this.#closer = new SessionCloser({
      end: (session) => rows.end(session),
      suspend: (session) => rows.suspend(session),
      clock,
      random,
      signal,
      onError,
    });
    const endSession = (session: Session): void => void this.#closer.end(session);
    const suspendSession = (session: Session): void => void this.#closer.suspend(session);
    const gatewayId = (): string => this.#row?.id ?? "";
    const position = (): Position | undefined => this.#feed.position;
    const cursors = new CursorSeal(config.CURSOR_SECRET);
    const delay = new DelayWatch(clock);
    const bookmarks = new Bookmarks({
      clock,
      seal: (place) => cursors.seal(place),
      position,
      delay,
      waits: (connection) => rights.isBusy(connection.user) || keeper.hasStray(connection),
      intervalMs: limits.bookmarkIntervalMs,
      count: { bookmark: () => metrics.bookmarks.inc(), delayed: () => metrics.delayedSockets.inc() },
    });
    this.#connections = new ConnectionManager({
      clock,
      random,
      limits,
      handle: (connection, message) => route(connection, message),
      subscriptions,
      gatewayId,
      bookmarks,
      endSession,
      suspendSession,
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
    this.#guard = new SessionGuard({
      expected: () => this.#connections.settledSessions(),
      lost: (expected) => rows.lost(expected),
      onTaken: (session) => this.#connections.replaced(session),
      restore: (session) => {
        const connection = this.#connections.find(session);
        if (connection) subscriptions.restore(connection);
      },
      clock,
      count: (why) => metrics.sessionsLost.inc({ why }),
      onError,
    });
    const fanOut = new FanOut({ index, sleepers, rights, usersOf: (personId) => this.#connections.usersOf(personId) });
    this.#log = createLogReader(syncPool);
    const ring = new Ring({ clock, maxItems: maxRingItems, maxAgeMs: config.SESSION_GRACE_MS + ringSlackMs });
    this.#ring = ring;
    this.#feed = new Feed({
      readHead: () => this.#log.readHead(),
      readLog: (after, limit) => this.#log.readLog(after, limit),
      apply: (stretch) => {
        ring.push(stretch);
        fanOut.apply(stretch.changes);
      },
      anotherHistory: (kind, reason, place) => {
        metrics.otherHistories.inc();
        logger.warn({ reason, sockets: this.#connections.size }, "another history: sockets begin afresh");
        ring.restart(place);
        void this.#connections.resetAll(
          kind,
          Math.min(anotherHistorySpreadMs, this.#connections.size * resetMsPerSocket),
        );
      },
      clock,
      random,
      bus: config.REDIS_URL !== null,
      pollIntervalMs: config.POLL_INTERVAL_MS,
      observe: {
        moved: ({ seq }, newestMs) => {
          metrics.feedPosition.set(seq);
          if (newestMs > 0) metrics.feedLag.observe(Math.max(0, clock.wallNow() - newestMs) / 1000);
        },
        repaired: (reason, count) => {
          metrics.repairs.inc({ reason });
          metrics.repairedRows.inc(count);
        },
        failed: (error) => {
          metrics.feedErrors.inc();
          logger.warn({ cause: error instanceof Error ? error.message : String(error) }, "cannot read the log");
        },
        headRead: ({ behindSince }) => delay.headRead(behindSince),
      },
    });
    const resumer = new Resumer({
      cursors,
      feed: this.#feed,
      sessions: rows,
      connections: this.#connections,
      subscriptions,
      replays: new ReplayReader({
        ring,
        readHead: () => this.#log.readHead(),
        readLog: (after, limit) => this.#log.readLog(after, limit),
        position,
        countReplay: (source) => metrics.replays.inc({ source }),
      }),
      fanOut,
      rights,
      gatewayId,
      endSession,
      suspendSession,
      maxMissed: limits.maxWaiting,
      onError,
      count: (result) => metrics.resumes.inc({ result }),
      countReset: (reason) => metrics.resets.inc({ reason }),
    });
    const route = createMessageRouter({ verify: (token) => tokens.verify(token), resumer, subscriptions });
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
    metrics.sizes.dormant = () => sleepers.size;
    metrics.sizes.ring_items = () => ring.size;
    metrics.sizes.delayed = () => (delay.since === null ? 0 : 1);
    this.#poker =
      config.REDIS_URL !== null && config.SYNC_ENABLED
        ? (dependencies.bus ?? redisBus).createPoker({ url: config.REDIS_URL, prefix: config.REDIS_PREFIX, logger })
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

  /** A socket that needs no handshake, as simulations have; the caller passes on what comes from it. */
  attach(identity: Identity, socket: SocketPort): { readonly connection: Connection; closed(code: number): void } {
    const connection = this.#connections.open(identity, socket);
    return { connection, closed: (code) => this.#connections.closed(connection, code) };
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
      graceMs: config.SESSION_GRACE_MS,
      clock: this.#clock,
      logger,
      onGivenUp: () => void this.#connections.restartAll("this gateway was given up", givenUpSpreadMs),
    });
    await this.#row.register();
    await this.#feed.start();
    await this.#fillRing();
    if (config.REDIS_URL !== null)
      this.#stopListening = (this.#dependencies.bus ?? redisBus).listenToHints({
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
    this.#running = Promise.all([this.#feed.run(signal), this.#row.run(signal), this.#guard.run(signal)]);
    this.#connections.startSweeping();
    this.#state = "serving";
  }

  /**
   * What changed in the last minute is read before sockets come: after a deployment every one of them asks for it, and
   * the log would be read as often.
   */
  async #fillRing(): Promise<void> {
    const { config } = this.#dependencies;
    const head = this.#feed.position;
    if (!head) return;
    const bounds = { maxRows: maxRingItems, maxAgeMs: config.SESSION_GRACE_MS + ringSlackMs };
    let after = await this.#log.recentAfter(head.seq, bounds);
    this.#ring.restart({ epoch: head.epoch, seq: after });
    while (after < head.seq) {
      const rows = await this.#log.readLog(after, Math.min(pageSize, head.seq - after));
      const last = rows.at(-1);
      if (!last || last.sync_seq !== after + rows.length) break;
      this.#ring.push({ epoch: head.epoch, after, seq: last.sync_seq, changes: coalesce(rows) });
      after = last.sync_seq;
    }
    // A hole: nothing before the head can be told from memory.
    if (after < head.seq) this.#ring.restart(head);
  }

  /** Sends every socket to another pod and leaves its session to be resumed. */
  async stop(): Promise<void> {
    this.#state = "stopping";
    const spreadMs = Math.min(this.#dependencies.config.DRAIN_MS, this.#connections.size * drainMsPerSocket);
    const drained = new AbortController();
    await Promise.race([this.#connections.drain(spreadMs), this.#untilEmpty(drained.signal)]);
    drained.abort();
    await this.#within((over) => this.#untilEmpty(over));
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

  async #untilEmpty(over: AbortSignal): Promise<void> {
    while (this.#connections.size > 0 && !over.aborted) await sleep(20, over, this.#clock);
  }

  /** Does what can be done within the grace. */
  async #within(work: (over: AbortSignal) => Promise<void>): Promise<void> {
    const over = new AbortController();
    const done = work(over.signal)
      .catch((error: unknown) => this.#dependencies.logger.warn({ err: error }, "the stop left something behind"))
      .finally(() => over.abort());
    await Promise.race([done, sleep(stopGraceMs, over.signal, this.#clock)]);
    over.abort();
  }
}
