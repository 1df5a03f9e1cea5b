import type { DownMessage } from "@heliograph/protocol";
import type { Clock } from "@heliograph/shared/clock";
import type { SuspectNetwork } from "../api/suspect-network.ts";
import { Connection } from "../connection/connection.ts";
import { createProbe } from "../connection/probe.ts";
import { defaultSessionGraceMs } from "../connection/session-keeper.ts";
import { resolveSocketUrl, webSocketFactory } from "../connection/socket.ts";
import type { ConnectionState } from "../connection/state.ts";
import { defaultEnvironment } from "../platform/environment.ts";
import type { Logger } from "../platform/logger.ts";
import type { TokenSource } from "../platform/token-source.ts";
import type { Refetcher } from "../refetch/refetcher.ts";
import type { SyncStatus } from "../status/sync-status.ts";
import type { EntityStore, HeldVersion } from "../store/entity-store.ts";
import { HeldVersionReconciler } from "../subscriptions/held-version-reconciler.ts";
import type { GoneRow } from "../subscriptions/subscribe-batch.ts";
import type { Subscriber } from "../subscriptions/subscriber.ts";
import { Tabs } from "../tabs/tabs.ts";
import type { CatchUp } from "./catch-up.ts";
import type { HeliographOptions } from "./client-options.ts";
import type { SignInRequest } from "./sign-in-request.ts";

export type SharedConnectionParts = {
  readonly options: HeliographOptions;
  readonly fetch: typeof fetch;
  readonly tokens: TokenSource;
  readonly signIn: SignInRequest;
  readonly suspectNetwork: SuspectNetwork;
  readonly subscriber: Subscriber;
  readonly refetcher: Refetcher;
  /** Made after the connection, which it asks. */
  readonly catchUp: () => CatchUp;
  readonly store: EntityStore;
  readonly readVersions: (entityCode: string, ids: readonly string[]) => Promise<ReadonlyMap<string, HeldVersion>>;
  readonly status: () => SyncStatus;
  readonly onMessage: (message: DownMessage) => void;
  readonly onGone: (entityCode: string, rows: readonly GoneRow[]) => void;
  readonly onLost: () => void;
  readonly onChange: (state: ConnectionState) => void;
  /** Counts of the status may have changed, or with `now` what it says. */
  readonly onStatus: (now: boolean) => void;
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
};

export type SharedConnection = {
  readonly connection: Connection;
  readonly tabs: Tabs;
  readonly heldVersions: HeldVersionReconciler;
};

/** The connection of a client, shared with the other tabs of the browser, wired to what has to follow it. */
export function createSharedConnection(parts: SharedConnectionParts): SharedConnection {
  const { options, tokens, signIn, subscriber, refetcher, catchUp, store, clock, random, logger } = parts;
  const tabs = new Tabs({
    share: options.shareSocket ?? true,
    storage: () => store.storage,
    openSocket: options.openSocket ?? webSocketFactory,
    probe: options.probe ?? createProbe(parts.fetch),
    environment: options.environment ?? defaultEnvironment(),
    relay: {
      subscriptions: subscriber,
      neededVersion: (key) => refetcher.neededVersion(key),
      readVersions: parts.readVersions,
    },
    status: parts.status,
    onChange: () => parts.onStatus(true),
    clock,
    logger,
  });
  const heldVersions = new HeldVersionReconciler({
    send: (message) => connection.send(message),
    store,
    leads: () => tabs.leads,
    isCaughtUp: () => connection.state.kind === "connected",
    isBusy: () => refetcher.pending > 0 || !subscriber.settled,
    isWatched: (entityCode, id) => {
      const phase = subscriber.phase({ entityCode, id, container: false });
      return phase === "asked" || phase === "held";
    },
    onGone: parts.onGone,
    clock,
    random,
    logger,
  });
  const connection: Connection = new Connection({
    url: resolveSocketUrl(options.url),
    tokens,
    renewToken: options.renewToken,
    sessionGraceMs: options.sessionGraceMs ?? defaultSessionGraceMs,
    openSocket: tabs.openSocket,
    probe: tabs.probe,
    environment: tabs.environment,
    clock,
    random,
    logger,
    onMessage: (message) => {
      if (heldVersions.handle(message)) return;
      parts.onMessage(message);
      tabs.received(message);
    },
    onFresh: (limits) => {
      logger.info("[Sync] Connected");
      catchUp().fresh();
      signIn.welcomed();
      refetcher.begunAfresh();
      heldVersions.restart(limits);
      subscriber.connected(limits);
      refetcher.hurry();
      tabs.linked(limits);
    },
    onResumed: (limits, count) => {
      logger.info(`[Sync] Resumed (${count})`);
      catchUp().resumed();
      signIn.welcomed();
      heldVersions.resumed(limits);
      subscriber.resumed(limits, count);
      refetcher.hurry();
      tabs.linked(limits);
    },
    onBackFromSilence: (welcomeMs) => parts.suspectNetwork.begin(welcomeMs),
    onReset: () => {
      catchUp().fresh();
      refetcher.begunAfresh();
      heldVersions.restart();
      subscriber.resubscribeAll();
      tabs.reset();
    },
    onBookmark: (endsDelay) => {
      catchUp().bookmark(endsDelay);
      tabs.bookmark();
      parts.onStatus(false);
    },
    onLost: () => {
      logger.info("[Sync] Disconnected");
      tabs.unlinked();
      heldVersions.disconnected();
      subscriber.disconnected();
      refetcher.lost();
      parts.onLost();
    },
    onAuthRequired: () => signIn.ask(),
    onChange: (state) => {
      tabs.connectionChanged(state);
      parts.onChange(state);
    },
  });
  return { connection, tabs, heldVersions };
}
