import type { Identity } from "@heliograph/server-kit";
import type { Clock } from "@heliograph/shared/clock";
import type { Connection } from "./connection/connection.ts";
import type { Limits } from "./connection/limits.ts";
import type { Session } from "./connection/session.ts";
import { Bookmarks } from "./delivery/bookmarks.ts";
import { DelayWatch } from "./delivery/delay-watch.ts";
import { FanOut } from "./delivery/fan-out.ts";
import type { SyncCursorSeal } from "./delivery/sync-cursor.ts";
import { Feed } from "./feed/feed.ts";
import { fillReplayRing } from "./feed/fill-replay-ring.ts";
import type { LogReader } from "./feed/log-reader.ts";
import { ReplayReader } from "./feed/replay-reader.ts";
import { ReplayRing } from "./feed/replay-ring.ts";
import { RightsGate } from "./rights/rights-gate.ts";
import type { RightsReader } from "./rights/rights-reader.ts";
import { Resumer } from "./sessions/resumer.ts";
import { SessionCloser } from "./sessions/session-closer.ts";
import { SessionGuard } from "./sessions/session-guard.ts";
import type { SessionStore } from "./sessions/session-store.ts";
import { ConnectionManager } from "./socket/connection-manager.ts";
import { createMessageRouter } from "./socket/message-router.ts";
import type { EntityNames } from "./subscriptions/entity-names.ts";
import { SubscriptionIndex } from "./subscriptions/subscription-index.ts";
import { SubscriptionManager } from "./subscriptions/subscription-manager.ts";
import { SubscriptionRowWriter } from "./subscriptions/subscription-row-writer.ts";
import type { SyncObserver } from "./sync-observer.ts";

/** What the sync core needs from outside: database, tokens, time. */
export interface SyncCorePorts {
  readonly log: LogReader;
  readonly sessions: Pick<SessionStore, "put" | "remove" | "end" | "suspend" | "takeOver" | "lost">;
  readonly rights: RightsReader;
  readonly entityTypes: EntityNames & {
    /** Whether only the policies of the type's own table know who may read its rows. */
    hasOwnPolicy(entityCode: string): boolean;
  };
  /** @throws {TokenError} */
  readonly verifyToken: (token: string) => Identity;
  readonly cursors: Pick<SyncCursorSeal, "seal" | "open">;
  /** Id of this gateway in app.gateway at this moment. */
  readonly gatewayId: () => string;
  readonly limits: Limits;
  /** Bounds of the replay ring. */
  readonly ring: { readonly maxItems: number; readonly maxAgeMs: number };
  /** False: no Redis is configured, the log is polled. */
  readonly bus: boolean;
  readonly pollIntervalMs: number;
  readonly clock: Clock;
  readonly random: () => number;
  /** Aborts when the gateway stops. */
  readonly signal: AbortSignal;
  readonly observer: SyncObserver;
}

/** Resets after a break of the feed are spread over this time for each socket, so that subscriptions do not come at once. */
const resetMsPerSocket = 5;
/** Upper limit of that time: no client should wait for longer with rows that are wrong. */
const maxResetSpreadMs = 30_000;

/** The wired parts between the feed and the sockets. */
export interface SyncCore {
  readonly feed: Feed;
  readonly ring: ReplayRing;
  readonly replays: ReplayReader;
  readonly delay: DelayWatch;
  readonly fanOut: FanOut;
  readonly bookmarks: Bookmarks;
  readonly rights: RightsGate;
  readonly index: SubscriptionIndex<Connection>;
  readonly refusedIndex: SubscriptionIndex<Connection>;
  readonly subscriptions: SubscriptionManager;
  readonly sessionCloser: SessionCloser;
  readonly connections: ConnectionManager;
  /** Reads the head and fills the replay ring. Sockets may be served after it. @throws when the database does not answer */
  start(): Promise<void>;
  /** Follows the feed and checks the sessions until `signal` aborts. */
  run(): Promise<unknown>;
}

/**
 * Wires feed, delivery, rights, subscriptions, sessions and connections: the only place that does. The service, the tests
 * and the simulation use it with different ports.
 */
export function createSyncCore(ports: SyncCorePorts): SyncCore {
  const { log, sessions, entityTypes, cursors, gatewayId, limits, clock, random, signal, observer } = ports;

  // Subscriptions and rights
  const index = new SubscriptionIndex<Connection>();
  const refusedIndex = new SubscriptionIndex<Connection>();
  const rowWriter = new SubscriptionRowWriter({ rows: sessions, clock, observer });
  const subscriptions = new SubscriptionManager({
    index,
    refusedIndex,
    rows: rowWriter,
    rights: ports.rights,
    entityTypes,
    limits,
    clock,
    observer,
    recheckRefused: (connection, some) => rights.recheckRefused(connection.user, some),
    onCovered: (connection, entityCode, ids) => rights.noteCovered(connection, entityCode, ids),
  });
  const rights = new RightsGate({
    reader: ports.rights,
    subscriptions,
    hasOwnPolicy: (entityCode) => entityTypes.hasOwnPolicy(entityCode),
    clock,
    random,
    signal,
    observer,
    maxWaiting: limits.maxWaiting,
  });

  // Sessions and connections
  const sessionCloser = new SessionCloser({
    end: (session) => sessions.end(session),
    suspend: (session) => sessions.suspend(session),
    clock,
    random,
    signal,
    observer,
  });
  const endSession = (session: Session): void => void sessionCloser.end(session);
  const suspendSession = (session: Session): void => void sessionCloser.suspend(session);
  const delay = new DelayWatch(clock);
  const bookmarks = new Bookmarks({
    clock,
    seal: (position) => cursors.seal(position),
    position: () => feed.position,
    delay,
    waits: (connection) => rights.isBusy(connection.user) || rowWriter.hasUnsaved(connection),
    intervalMs: limits.bookmarkIntervalMs,
    observer,
  });
  const connections = new ConnectionManager({
    clock,
    random,
    limits,
    handle: (connection, message) => route(connection, message),
    subscriptions,
    gatewayId,
    bookmarks,
    endSession,
    suspendSession,
    observer,
  });
  const sessionGuard = new SessionGuard({
    expected: () => connections.settledSessions(),
    lost: (expected) => sessions.lost(expected),
    onTaken: (session) => connections.closeReplaced(session),
    rewriteRows: (session) => {
      const connection = connections.find(session);
      if (connection) subscriptions.rewriteRows(connection);
    },
    clock,
    observer,
  });

  // Feed and delivery
  const fanOut = new FanOut({ index, refusedIndex, rights, usersOf: (personId) => connections.usersOf(personId) });
  const ring = new ReplayRing({ clock, ...ports.ring });
  const feed = new Feed({
    readHead: () => log.readHead(),
    readLog: (after, limit) => log.readLog(after, limit),
    apply: (segment) => {
      ring.push(segment);
      fanOut.apply(segment.changes);
    },
    onReset: (kind, reason, position) => {
      observer.feedReset(reason, connections.size);
      ring.restart(position);
      void connections.resetAll(kind, Math.min(maxResetSpreadMs, connections.size * resetMsPerSocket));
    },
    onHeadRead: ({ behindSince }) => delay.headRead(behindSince),
    clock,
    random,
    bus: ports.bus,
    pollIntervalMs: ports.pollIntervalMs,
    observer,
  });
  const replays = new ReplayReader({ ring, log, position: () => feed.position, observer });
  const resumer = new Resumer({
    cursors,
    feed,
    sessions,
    bindSession: (connection, session) => connections.bindSession(connection, session),
    subscriptions,
    replays,
    fanOut,
    rights,
    gatewayId,
    endSession,
    suspendSession,
    maxMissed: limits.maxWaiting,
    observer,
  });
  const route = createMessageRouter({ verifyToken: ports.verifyToken, resumer, subscriptions });

  return {
    feed,
    ring,
    replays,
    delay,
    fanOut,
    bookmarks,
    rights,
    index,
    refusedIndex,
    subscriptions,
    sessionCloser,
    connections,
    async start() {
      await feed.start();
      if (feed.position) await fillReplayRing(ring, log, feed.position, ports.ring);
    },
    run: () => Promise.all([feed.run(signal), sessionGuard.run(signal)]),
  };
}
