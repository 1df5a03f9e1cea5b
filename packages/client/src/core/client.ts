import type { DownMessage } from "@heliograph/protocol";
import type { Clock } from "@heliograph/shared/clock";
import { type EntityKey, entityKey, splitEntityKey } from "@heliograph/shared/entity-key";
import { AdaptiveTimeout } from "../api/adaptive-timeout.ts";
import { type ApiClient, createApiClient } from "../api/api-client.ts";
import { EntityIds } from "../api/entity-ids.ts";
import { SuspectNetwork } from "../api/suspect-network.ts";
import { Connection, type Frame } from "../connection/connection.ts";
import { createProbe } from "../connection/probe.ts";
import { defaultSessionGraceMs } from "../connection/session-keeper.ts";
import { resolveSocketUrl, webSocketFactory } from "../connection/socket.ts";
import { type ConnectionState, linkOf } from "../connection/state.ts";
import { ListCache } from "../lists/list-cache.ts";
import type { LiveList } from "../lists/live-list.ts";
import type { Mutations } from "../outbox/mutations.ts";
import { Outbox } from "../outbox/outbox.ts";
import { defaultEnvironment } from "../platform/environment.ts";
import { KeyedEmitter } from "../platform/keyed-emitter.ts";
import { type Logger, silentLogger } from "../platform/logger.ts";
import { steadyClock } from "../platform/steady-clock.ts";
import { defaultContainer, readTokenClaims } from "../platform/token-claims.ts";
import { TokenSource } from "../platform/token-source.ts";
import { Refetcher } from "../refetch/refetcher.ts";
import { StatusPublisher } from "../status/status-publisher.ts";
import { type StatusParts, type SyncStatus, stuckAt, toSyncStatus } from "../status/sync-status.ts";
import type { EntityStore, HeldVersion } from "../store/entity-store.ts";
import { LiveEntities } from "../store/live-entities.ts";
import { createMemoryStore } from "../store/memory-store.ts";
import { RowEviction } from "../store/row-eviction.ts";
import { HeldVersionReconciler } from "../subscriptions/held-version-reconciler.ts";
import type { GoneRow } from "../subscriptions/subscribe-batch.ts";
import { Subscriber } from "../subscriptions/subscriber.ts";
import { type Phase, type Target, toTargets } from "../subscriptions/subscription-set.ts";
import { Tabs } from "../tabs/tabs.ts";
import { CatchUp } from "./catch-up.ts";
import type { HeliographOptions, ListOptions, SubscribeOptions } from "./client-options.ts";
import { EntityResource } from "./entity-resource.ts";
import { SessionEvents } from "./session-events.ts";
import { SignInRequest } from "./sign-in-request.ts";

/** For development tools. Nothing in it changes the client. */
export interface Inspection {
  /** Every message that this tab sends and receives from now on, over its socket or its link to the leading tab. */
  readonly onFrame: (listener: (frame: Frame) => void) => () => void;
  /** The version that a row has to reach, 0 when any will do; undefined when it need not be read. */
  readonly neededVersion: (key: EntityKey) => number | undefined;
  /** Lists that a view shows. */
  readonly lists: () => readonly LiveList[];
}

/** The client without a user interface. Build it with `createHeliograph`. */
export class Heliograph {
  readonly api: ApiClient;
  readonly store: EntityStore;
  readonly entities: LiveEntities;
  /** Writes: shown at once, stored on the device, sent in order. */
  readonly mutations: Mutations;
  /** Writes that are not acknowledged, and those that need a decision of the user. */
  readonly outbox: Outbox;
  /** For development tools. */
  readonly inspection: Inspection;
  readonly #logger: Logger;
  readonly #clock: Clock;
  readonly #connection: Connection;
  readonly #subscriber: Subscriber;
  readonly #refetcher: Refetcher;
  readonly #lists: ListCache;
  readonly #catchUp: CatchUp;
  readonly #tokens: TokenSource;
  readonly #signIn: SignInRequest;
  readonly #ids: EntityIds;
  readonly #keys = new KeyedEmitter();
  readonly #errors = new Map<EntityKey, Error>();
  readonly #status: StatusPublisher;
  readonly #heldVersions: HeldVersionReconciler;
  readonly #tabs: Tabs;
  readonly #eviction: RowEviction;
  #kind: ConnectionState["kind"] = "disconnected";
  #lifecycle: "new" | "started" | "stopped" = "new";
  #refetchedUnconnected = false;
  #lastError: SyncStatus["lastError"];

  constructor(options: HeliographOptions) {
    this.#logger = options.logger ?? silentLogger;
    this.#clock = steadyClock(options.clock);
    this.#tokens = new TokenSource(options.getToken);
    this.#ids = new EntityIds(options.entityTypes);
    this.#signIn = new SignInRequest({
      tokens: this.#tokens,
      renewToken: options.renewToken,
      onRenewed: () => this.tokenChanged(),
      onRequired: () => options.onAuthRequired?.(),
    });
    const clock = this.#clock;
    const random = options.random ?? Math.random;
    const suspectNetwork = new SuspectNetwork((sentAt) => this.#connection.requestTimedOut(sentAt));
    const reads = new AdaptiveTimeout(clock, suspectNetwork);
    const fetchFunction: typeof fetch = options.fetch ?? ((input, init) => fetch(input, init));
    const environment = options.environment ?? defaultEnvironment();
    this.store = options.store ?? createMemoryStore();
    this.api = createApiClient({
      baseUrl: options.apiUrl,
      getToken: options.getToken,
      fetch: fetchFunction,
      clock,
      onUnauthenticated: (token) => this.#signIn.refused(token, () => this.#lifecycle !== "stopped"),
    });
    this.#refetcher = new Refetcher({
      getMany: (entityCode, ids, signal) =>
        reads.request((timeoutMs) => this.api.getMany(entityCode, ids, { signal, timeoutMs })),
      store: this.store,
      isWanted: (entityCode, entityId) =>
        this.#subscriber.has({ entityCode, entityId, container: false }) ||
        this.entities.watches(entityKey(entityCode, entityId)),
      onRead: (entityCode, result) => this.#read(entityCode, result),
      onAdmitted: (entityCode, ids) => this.#subscriber.recheckRefused(entityCode, ids),
      onFailed: (entityCode, ids, error) => this.#failed(entityCode, ids, error),
      onNeeds: (keys) => this.#needsChanged(keys),
      onOverflow: () => this.#subscriber.resubscribeAll(),
      clock,
      random,
      logger: this.#logger,
    });
    this.outbox = new Outbox({
      api: this.api,
      ids: this.#ids,
      store: this.store,
      refetcher: this.#refetcher,
      peek: (key) => this.entities.peek(key),
      owner: () => {
        const token = this.#tokens.peek();
        return token === null ? undefined : (readTokenClaims(token).user ?? "");
      },
      online: () => environment.online(),
      lock: options.flushLock,
      onWritten: (entityCode) => this.#lists.markStale(entityCode),
      onRows: () => this.#touched(),
      onProgress: () => this.#status.publishLater(),
      suspectNetwork,
      clock,
      random,
      logger: this.#logger,
    });
    this.mutations = this.outbox.mutations;
    this.entities = new LiveEntities(this.store, this.outbox.queue);
    this.#eviction = new RowEviction({
      store: this.store,
      live: this.entities,
      isUnsent: (key) => this.outbox.queue.of(key).length > 0,
      maxRows: options.maxRows,
    });
    this.#subscriber = new Subscriber({
      send: (message) => this.#connection.send(message),
      readVersions: (entityCode, ids) => this.#readVersions(entityCode, ids),
      readInside: (entityCode, containers) => this.#readInside(entityCode, containers),
      onCompared: (entityCode, ids) => this.#heldVersions.markCompared(entityCode, ids),
      onChanged: (entityCode, changes, seen) => {
        this.#refetcher.reconciled(entityCode, changes, seen);
        this.#lists.reconciled(entityCode, changes);
      },
      onGone: (entityCode, rows) => this.#background(this.#removeGone(entityCode, rows)),
      onContainersSubscribed: (entityCode, containers) => this.#lists.subscribed(entityCode, containers),
      onPhase: (targets) => this.#phaseChanged(targets),
      onProgress: () => this.#catchUp.check(),
      clock,
      random,
      logger: this.#logger,
    });
    this.#lists = new ListCache({
      list: (entityCode, query, signal) =>
        reads.request((timeoutMs) => this.api.list(entityCode, query, { signal, timeoutMs })),
      reads: this.#refetcher,
      subscriptions: this.#subscriber,
      store: this.store,
      live: this.entities,
      pendingIds: (entityCode) => this.outbox.queue.pendingIds(entityCode),
      isPendingCreate: (id) => this.outbox.queue.hasPendingCreateOf(id),
      connecting: () => this.#connecting(),
      stopped: () => this.#lifecycle === "stopped",
      onProgress: () => this.#catchUp.check(),
      clock,
      random,
    });
    const logger = this.#logger;
    this.#tabs = new Tabs({
      share: options.shareSocket ?? true,
      storage: () => this.store.storage,
      openSocket: options.openSocket ?? webSocketFactory,
      probe: options.probe ?? createProbe(fetchFunction),
      environment,
      relay: {
        subscriptions: this.#subscriber,
        neededVersion: (key) => this.#refetcher.neededVersion(key),
        readVersions: (entityCode, ids) => this.#readVersions(entityCode, ids),
      },
      status: () => this.#status.current,
      onChange: () => this.#status.publish(),
      clock,
      logger,
    });
    this.#heldVersions = new HeldVersionReconciler({
      send: (message) => this.#connection.send(message),
      store: this.store,
      leads: () => this.#tabs.leads,
      isCaughtUp: () => this.#connection.state.kind === "connected",
      isBusy: () => this.#refetcher.pending > 0 || !this.#subscriber.settled,
      isWatched: (entityCode, id) => {
        const phase = this.#subscriber.phase({ entityCode, entityId: id, container: false });
        return phase === "asked" || phase === "held";
      },
      readCovered: (entityCode) => this.#readInside(entityCode, this.#subscriber.containersOf(entityCode)),
      onChanged: (entityCode, changes, seen) => this.#refetcher.reconciled(entityCode, changes, seen),
      onGone: (entityCode, rows) => this.#background(this.#removeGone(entityCode, rows)),
      clock,
      random,
      logger,
    });
    this.#connection = new Connection({
      url: resolveSocketUrl(options.url),
      tokens: this.#tokens,
      renewToken: options.renewToken,
      sessionGraceMs: options.sessionGraceMs ?? defaultSessionGraceMs,
      openSocket: this.#tabs.openSocket,
      probe: this.#tabs.probe,
      environment: this.#tabs.environment,
      onMessage: (message) => this.#receive(message),
      onNewSession: (limits) => session.connected(limits),
      onResumed: (limits, count) => session.resumed(limits, count),
      onReset: () => session.reset(),
      onBookmark: (endsDelay) => {
        session.bookmark(endsDelay);
        this.#status.publishLater();
      },
      onReconnectedAfterSilence: (welcomeMs) => suspectNetwork.begin(welcomeMs),
      onLost: () => session.disconnected(),
      onAuthRequired: () => this.#signIn.ask(),
      onChange: (state) => this.#connectionChanged(state),
      clock,
      random,
      logger,
    });
    this.#catchUp = new CatchUp({
      connection: this.#connection,
      subscriber: this.#subscriber,
      refetcher: this.#refetcher,
      lists: () => this.#lists.active(),
      clock,
    });
    const session = new SessionEvents({
      catchUp: this.#catchUp,
      signIn: this.#signIn,
      refetcher: this.#refetcher,
      subscriber: this.#subscriber,
      heldVersions: this.#heldVersions,
      lists: this.#lists,
      tabs: this.#tabs,
      logger,
    });
    this.inspection = {
      onFrame: (listener) => this.#connection.frames.on(listener),
      neededVersion: (key) => this.#refetcher.neededVersion(key),
      lists: () => this.#lists.active(),
    };
    this.#status = new StatusPublisher({
      clock,
      compute: () => this.#tabs.statusOf(toSyncStatus(this.#statusParts())),
      nextAt: () => stuckAt(this.#statusParts()),
    });
    this.#status.on(() => this.#tabs.statusChanged());
    this.store.onFallback?.(() => {
      this.#lastError = {
        message: this.store.storageReason ?? "This browser failed to store data on this device.",
        at: clock.wallNow(),
      };
      this.#status.publish();
    });
  }

  /** Connects, and reconnects until `stop`. May be called again after `stop`. */
  start(): void {
    const again = this.#lifecycle === "stopped";
    this.#lifecycle = "started";
    this.#status.start();
    this.#refetcher.start();
    this.#subscriber.start();
    this.#connection.start();
    this.outbox.start();
    this.#eviction.start();
    if (again) for (const list of this.#lists.active()) list.resume();
  }

  /**
   * Closes the socket and the session, and stops every timer. Rows, subscriptions and lists stay for the next `start`.
   */
  stop(): void {
    this.#lifecycle = "stopped";
    this.#connection.stop();
    for (const list of this.#lists.active()) list.pause();
    this.#subscriber.stop();
    this.#refetcher.stop();
    this.outbox.stop();
    this.#eviction.stop();
    this.#status.stop();
  }

  status(): SyncStatus {
    return this.#status.current;
  }

  onStatus(listener: (status: SyncStatus) => void): () => void {
    return this.#status.on(listener);
  }

  /**
   * Call it when `getToken` may return another token: after signing in, a renewal, or signing out, which closes the
   * socket. The store belongs to one user: create a client for each user.
   */
  tokenChanged(): void {
    this.#connection.tokenChanged();
    this.#refetcher.retryNow();
    this.outbox.flusher.retryNow();
  }

  /**
   * Keeps rows live. Several callers may subscribe to the same row; it is released when the last one releases it.
   *
   * @returns the function that releases them
   */
  subscribe(entityCode: string, ids: readonly string[], options?: SubscribeOptions): () => void {
    const targets = toTargets(this.#ids, entityCode, ids, options?.within ?? false);
    this.#subscriber.acquire(targets);
    let released = false;
    return () => {
      if (released) return;
      released = true;
      this.#subscriber.release(targets);
    };
  }

  /** Every subscription with its phase, for tests and tools. */
  subscriptions(): readonly { readonly target: Target; readonly phase: Phase }[] {
    return this.#subscriber.list();
  }

  /** One row, live while it has listeners. */
  entity(entityCode: string, id: string): EntityResource {
    return new EntityResource(entityCode, this.#ids.canonical(entityCode, id), {
      live: this.entities,
      outbox: this.outbox.queue,
      subscriptions: this.#subscriber,
      needs: (key) => this.#refetcher.needs(key),
      errorOf: (key) => this.#errors.get(key),
      connecting: () => this.#connecting(),
      refetch: (code, rowId) => this.#refetcher.refetch(code, [rowId]),
      onKey: (key, listener) => this.#keys.on(key, listener),
    });
  }

  /** A list in the server's order, live while it has listeners. Equal queries share one list. */
  list(entityCode: string, options: ListOptions = {}): LiveList {
    const { within, ...query } = options;
    const container = within === undefined ? defaultContainer(this.#tokens.peek()) : within;
    return this.#lists.get(entityCode, query, container === null || container === "" ? undefined : container);
  }

  #receive(message: DownMessage): void {
    if (this.#heldVersions.handle(message)) return;
    this.#handle(message);
    this.#tabs.notify(message);
  }

  async #readInside(entityCode: string, containers: readonly string[]): Promise<ReadonlyMap<string, HeldVersion>> {
    return (await this.store.readInside?.(entityCode, containers)) ?? new Map();
  }

  #handle(message: DownMessage): void {
    switch (message.type) {
      case "INVALIDATE": {
        const { entityCode, changes } = message.payload;
        this.#logger.info(`[Sync] INVALIDATE: ${entityCode} (${changes.length} changes)`);
        this.#refetcher.require(entityCode, changes);
        const existing = changes.flatMap(({ entityId, action }) => (action === "DELETE" ? [] : [entityId]));
        this.#subscriber.recheckRefused(entityCode, existing);
        for (const list of this.#lists.ofType(entityCode)) list.invalidate(changes);
        break;
      }
      case "SUBSCRIBED":
        this.#subscriber.answered(message);
        break;
      case "UNSUBSCRIBED":
        this.#subscriber.unsubscribed(message);
        break;
      case "GONE": {
        const { entityCode, entityIds } = message.payload;
        this.#background(this.#refetcher.remove(entityCode, entityIds));
        this.#background(this.outbox.revoked(entityIds.map((id) => entityKey(entityCode, id))));
        this.#subscriber.revoked(entityCode, entityIds);
        this.#lists.markStale(entityCode);
        break;
      }
      case "ERROR":
        this.#subscriber.failed(message);
        break;
      default:
        break; // a newer server may send messages that this client does not know
    }
    this.#status.publishLater();
  }

  /** Logs the failure of a store that is closed or full: an unhandled rejection would stop a Node program. */
  #background(work: Promise<void>): void {
    work.catch((error: unknown) => this.#logger.warn(`[Sync] local store failed; continuing: ${String(error)}`));
  }

  async #removeGone(entityCode: string, rows: readonly GoneRow[]): Promise<void> {
    const kept = await this.#refetcher.removeUnlessNewer(entityCode, rows);
    this.#subscriber.resubscribe(kept.map((entityId) => ({ entityCode, entityId, container: false })));
  }

  async #readVersions(entityCode: string, ids: readonly string[]) {
    const rows = await this.store.read(ids.map((id) => entityKey(entityCode, id)));
    return new Map(
      [...rows.values()].map((row) => [splitEntityKey(row.id).entityId, { version: row.ver, gone: row.gone }]),
    );
  }

  #phaseChanged(targets: readonly Target[]): void {
    this.#tabs.phaseChanged(targets);
    this.#keys.emit(
      targets.filter((target) => !target.container).map(({ entityCode, entityId }) => entityKey(entityCode, entityId)),
    );
    const types = new Set(targets.filter((target) => target.container).map(({ entityCode }) => entityCode));
    for (const entityCode of types) for (const list of this.#lists.ofType(entityCode)) list.refresh();
  }

  #read(entityCode: string, result: { read: readonly string[]; returned: readonly string[] }): void {
    for (const id of result.read) this.#errors.delete(entityKey(entityCode, id));
    this.#keys.emit(result.read.map((id) => entityKey(entityCode, id)));
    this.#subscriber.recheckRefused(entityCode, result.read);
    const returned = result.returned.map((entityId) => ({ entityCode, entityId, container: false }));
    if (returned.length === 0) return;
    this.#subscriber.resubscribe(returned);
    this.#lists.markStale(entityCode);
  }

  #failed(entityCode: string, ids: readonly string[], error: Error): void {
    this.#lastError = { message: error.message, at: this.#clock.wallNow() };
    const keys = ids.map((id) => entityKey(entityCode, id)).filter((key) => this.entities.watches(key));
    for (const key of keys) this.#errors.set(key, error);
    this.#keys.emit(keys);
  }

  #needsChanged(keys: readonly EntityKey[]): void {
    this.#keys.emit(keys);
    this.#tabs.needsChanged(keys);
    this.#catchUp.check();
    this.#status.publishLater();
  }

  /** Updates all lists: one of tasks may refer to a project whose create was just acknowledged. */
  #touched(): void {
    for (const list of this.#lists.active()) list.pendingChanged();
    this.#status.publishLater();
  }

  /** Whether the client is live or is about to be. Views may mount just before the client starts. */
  #connecting(): boolean {
    const { state } = this.#connection;
    if (this.#lifecycle === "new") return true;
    if (state.kind === "dialing") return state.failures === 0;
    return state.kind === "resuming" || linkOf(state) !== undefined;
  }

  #statusParts(): StatusParts {
    const { size, oldest } = this.outbox.snapshot();
    const { lastError: unsentError, waitingSince } = this.outbox.flusher;
    const readError = this.#lastError;
    return {
      now: this.#clock.wallNow(),
      connection: this.#connection.state,
      lastMessageAt: this.#connection.lastMessageAt,
      caughtUpAt: this.#catchUp.caughtUpAt,
      pendingFetches: this.#refetcher.pending,
      outbox: { size, ...(oldest === undefined ? {} : { oldest }) },
      unsentSince: waitingSince,
      attention: this.outbox.attention().items.length,
      lastError: !unsentError || (readError && readError.at > unsentError.at) ? readError : unsentError,
      storage: this.store.storage,
      storageReason: this.store.storageReason,
      overLimit: this.#subscriber.overLimit,
    };
  }

  #connectionChanged(state: ConnectionState): void {
    this.#tabs.connectionChanged(state);
    if (state.kind !== this.#kind) {
      // The reason why writes could not be sent may have passed.
      if (this.#kind === "offline" || linkOf(state)) this.outbox.flusher.retryNow();
      this.#kind = state.kind;
      // Without live updates everything on screen is read once, so that it is at least current when it appears. A proxy
      // may block sockets while it lets plain requests pass.
      const neverOpened = state.kind === "waiting" && this.#connection.lastMessageAt === undefined;
      if (neverOpened && !this.#refetchedUnconnected) this.#refetchEverything();
      if (neverOpened) this.#refetchedUnconnected = true;
      if (state.kind === "disabled" || state.kind === "refused") this.#refetchEverything();
    }
    this.#status.publish();
  }

  #refetchEverything(): void {
    for (const { entityCode, entityId } of [...this.entities.keys()].map(splitEntityKey))
      this.#refetcher.refetch(entityCode, [entityId]);
    for (const list of this.#lists.active()) list.markStale();
  }
}

/** Creates a client. Nothing happens before `start`. */
export function createHeliograph(options: HeliographOptions): Heliograph {
  return new Heliograph(options);
}
