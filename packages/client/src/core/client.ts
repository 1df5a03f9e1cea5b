import type { DownMessage } from "@heliograph/protocol";
import type { Clock } from "@heliograph/shared/clock";
import { type EntityKey, entityKey, splitEntityKey } from "@heliograph/shared/entity-key";
import { canonicalUuid } from "@heliograph/shared/uuid";
import { AdaptiveTimeout } from "../api/adaptive-timeout.ts";
import { type ApiClient, createApiClient } from "../api/api-client.ts";
import { SuspectNetwork } from "../api/suspect-network.ts";
import type { Connection } from "../connection/connection.ts";
import { type ConnectionState, linkOf } from "../connection/state.ts";
import { ListCache } from "../lists/list-cache.ts";
import type { LiveList } from "../lists/live-list.ts";
import type { Mutations } from "../outbox/mutations.ts";
import { Outbox } from "../outbox/outbox.ts";
import { defaultEnvironment } from "../platform/environment.ts";
import { KeyedEmitter } from "../platform/keyed-emitter.ts";
import { type Logger, silentLogger } from "../platform/logger.ts";
import { steadyClock } from "../platform/steady-clock.ts";
import { containerFor, ownerOf } from "../platform/token-claims.ts";
import { TokenSource } from "../platform/token-source.ts";
import { Refetcher } from "../refetch/refetcher.ts";
import { StatusPublisher } from "../status/status-publisher.ts";
import { type SyncStatus, stuckAt, toSyncStatus } from "../status/sync-status.ts";
import type { EntityStore } from "../store/entity-store.ts";
import { LiveEntities } from "../store/live-entities.ts";
import { createMemoryStore } from "../store/memory-store.ts";
import { RowEviction } from "../store/row-eviction.ts";
import type { GoneRow } from "../subscriptions/subscribe-batch.ts";
import { Subscriber } from "../subscriptions/subscriber.ts";
import { type Phase, type Target, toTargets } from "../subscriptions/subscription-set.ts";
import { CatchUp } from "./catch-up.ts";
import type { HeliographOptions, ListOptions, SubscribeOptions } from "./client-options.ts";
import { EntityResource } from "./entity-resource.ts";
import { type Inspection, inspectionOf } from "./inspection.ts";
import { createSharedConnection, type SharedConnection } from "./shared-connection.ts";
import { SignInRequest } from "./sign-in-request.ts";
import { readStatus } from "./status-parts.ts";

/** The whole client without a user interface. Build it with `createHeliograph`. */
export class Heliograph {
  readonly api: ApiClient;
  readonly store: EntityStore;
  readonly entities: LiveEntities;
  /** Writes: shown at once, kept on the device, sent in their order. */
  readonly mutations: Mutations;
  /** What is not acknowledged yet, and what needs a decision. */
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
  readonly #keys = new KeyedEmitter();
  readonly #errors = new Map<EntityKey, Error>();
  readonly #status: StatusPublisher;
  readonly #shared: SharedConnection;
  readonly #eviction: RowEviction;
  #kind: ConnectionState["kind"] = "disconnected";
  #life: "new" | "started" | "stopped" = "new";
  #lookedUnconnected = false;
  #lastError: SyncStatus["lastError"];

  constructor(options: HeliographOptions) {
    this.#logger = options.logger ?? silentLogger;
    this.#clock = steadyClock(options.clock);
    this.#tokens = new TokenSource(options.getToken);
    this.#signIn = new SignInRequest({
      tokens: this.#tokens,
      renewToken: options.renewToken,
      onRenewed: () => this.tokenChanged(),
      onRequired: () => options.onAuthRequired?.(),
    });
    const clock = this.#clock;
    const random = options.random ?? Math.random;
    const suspectNetwork = new SuspectNetwork((sentAt) => this.#connection.unanswered(sentAt));
    const reads = new AdaptiveTimeout(clock, suspectNetwork);
    const fetchFunction: typeof fetch = options.fetch ?? ((input, init) => fetch(input, init));
    const environment = options.environment ?? defaultEnvironment();
    this.store = options.store ?? createMemoryStore();
    this.api = createApiClient({
      baseUrl: options.apiUrl,
      getToken: options.getToken,
      fetch: fetchFunction,
      clock,
      onUnauthenticated: (token) => this.#signIn.refused(token, () => this.#life !== "stopped"),
    });
    this.#refetcher = new Refetcher({
      getMany: (entityCode, ids, signal) =>
        reads.request((timeoutMs) => this.api.getMany(entityCode, ids, { signal, timeoutMs })),
      store: this.store,
      wanted: (entityCode, id) =>
        this.#subscriber.has({ entityCode, id, container: false }) || this.entities.watches(entityKey(entityCode, id)),
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
      store: this.store,
      refetcher: this.#refetcher,
      peek: (key) => this.entities.peek(key),
      owner: () => ownerOf(this.#tokens.peek()),
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
      readInside: async (entityCode, containers) =>
        (await this.store.readInside?.(entityCode, containers)) ?? new Map(),
      onCompared: (entityCode, ids) => this.#shared.heldVersions.markCompared(entityCode, ids),
      onChanged: (entityCode, changes, seen) => {
        this.#refetcher.compared(entityCode, changes, seen);
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
      stopped: () => this.#life === "stopped",
      onProgress: () => this.#catchUp.check(),
      clock,
      random,
    });
    this.#shared = createSharedConnection({
      options,
      fetch: fetchFunction,
      tokens: this.#tokens,
      signIn: this.#signIn,
      suspectNetwork,
      subscriber: this.#subscriber,
      refetcher: this.#refetcher,
      catchUp: () => this.#catchUp,
      store: this.store,
      readVersions: (entityCode, ids) => this.#readVersions(entityCode, ids),
      status: () => this.#status.current,
      onMessage: (message) => this.#receive(message),
      onGone: (entityCode, rows) => this.#background(this.#removeGone(entityCode, rows)),
      onLost: () => this.#lists.refresh(),
      onChange: (state) => this.#connectionChanged(state),
      onStatus: (now) => (now ? this.#status.publish() : this.#status.publishLater()),
      clock,
      random,
      logger: this.#logger,
    });
    this.#connection = this.#shared.connection;
    this.inspection = inspectionOf(this.#connection, this.#refetcher, this.#lists);
    this.#catchUp = new CatchUp({
      connection: this.#connection,
      subscriber: this.#subscriber,
      refetcher: this.#refetcher,
      lists: () => this.#lists.active(),
      clock,
    });
    const { outbox, store } = this;
    const sources = { connection: this.#connection, catchUp: this.#catchUp, outbox, store, clock };
    const [refetcher, subscriber] = [this.#refetcher, this.#subscriber];
    const parts = () => readStatus({ ...sources, refetcher, subscriber, lastError: this.#lastError });
    this.#status = new StatusPublisher({
      clock,
      compute: () => this.#shared.tabs.statusOf(toSyncStatus(parts())),
      nextAt: () => stuckAt(parts()),
    });
    this.#status.on(() => this.#shared.tabs.announce());
    this.store.onTrouble?.(() => {
      this.#lastError = { message: this.store.storageReason ?? "The local store failed.", at: clock.wallNow() };
      this.#status.publish();
    });
  }

  /** Connects, and reconnects until `stop`. May be called again after it. */
  start(): void {
    const again = this.#life === "stopped";
    this.#life = "started";
    this.#status.start();
    this.#refetcher.start();
    this.#subscriber.start();
    this.#connection.start();
    this.outbox.start();
    this.#eviction.start();
    if (again) for (const list of this.#lists.active()) list.resume();
  }

  /** Says goodbye to the server, which then forgets the session, and ends every timer. Rows, subscriptions and lists stay for the next `start`. */
  stop(): void {
    this.#life = "stopped";
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
   * Tells that `getToken` may answer differently now: after signing in, a renewal, or signing out, which releases the
   * socket. The store does not change hands with the token: give every person a client of their own.
   */
  tokenChanged(): void {
    this.#connection.tokenChanged();
    this.#refetcher.hurry();
    this.outbox.flusher.retryNow();
  }

  /**
   * Keeps rows live. Many may ask for the same row; it is released when the last one lets go.
   *
   * @returns the function that lets go
   */
  subscribe(entityCode: string, ids: readonly string[], options?: SubscribeOptions): () => void {
    const targets = toTargets(entityCode, ids, options?.within ?? false, this.#logger);
    this.#subscriber.acquire(targets);
    let released = false;
    return () => {
      if (released) return;
      released = true;
      this.#subscriber.release(targets);
    };
  }

  /** What is subscribed, or about to be, and how far that is: for tests and tools. */
  subscriptions(): readonly { readonly target: Target; readonly phase: Phase }[] {
    return this.#subscriber.list();
  }

  /** One row, live while somebody listens to it. */
  entity(entityCode: string, id: string): EntityResource {
    return new EntityResource(entityCode, canonicalUuid(id), {
      live: this.entities,
      outbox: this.outbox.queue,
      subscriptions: this.#subscriber,
      needs: (key) => this.#refetcher.needs(key),
      errorOf: (key) => this.#errors.get(key),
      connecting: () => this.#connecting(),
      look: (code, rowId) => this.#refetcher.look(code, [rowId]),
      onKey: (key, listener) => this.#keys.on(key, listener),
    });
  }

  /** A list in the server's order, live while somebody listens to it. Equal questions share one list. */
  list(entityCode: string, options: ListOptions = {}): LiveList {
    const { within, ...query } = options;
    const container = within === undefined ? containerFor(entityCode, this.#tokens.peek()) : within;
    return this.#lists.get(entityCode, query, container === null ? undefined : canonicalUuid(container ?? ""));
  }

  #receive(message: DownMessage): void {
    switch (message.type) {
      case "INVALIDATE": {
        const { entityCode, changes } = message.payload;
        this.#logger.info(`[Sync] INVALIDATE: ${entityCode} (${changes.length} changes)`);
        this.#refetcher.raise(entityCode, changes);
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
        break; // a newer server may say more than this client understands
    }
    this.#status.publishLater();
  }

  /** A store that was closed or is full must not end in an unhandled rejection, which stops a Node program. */
  #background(work: Promise<void>): void {
    work.catch((error: unknown) => this.#logger.warn(`[Sync] The local store failed: ${String(error)}`));
  }

  async #removeGone(entityCode: string, rows: readonly GoneRow[]): Promise<void> {
    const kept = await this.#refetcher.removeUnlessNewer(entityCode, rows);
    this.#subscriber.resubscribe(kept.map((id) => ({ entityCode, id, container: false })));
  }

  async #readVersions(entityCode: string, ids: readonly string[]) {
    const rows = await this.store.read(ids.map((id) => entityKey(entityCode, id)));
    return new Map(
      [...rows.values()].map((row) => [splitEntityKey(row.id).entityId, { version: row.ver, gone: row.gone }]),
    );
  }

  #phaseChanged(targets: readonly Target[]): void {
    this.#shared.tabs.phaseChanged(targets);
    this.#keys.emit(
      targets.filter((target) => !target.container).map(({ entityCode, id }) => entityKey(entityCode, id)),
    );
    const types = new Set(targets.filter((target) => target.container).map(({ entityCode }) => entityCode));
    for (const entityCode of types) for (const list of this.#lists.ofType(entityCode)) list.refresh();
  }

  #read(entityCode: string, result: { read: readonly string[]; returned: readonly string[] }): void {
    for (const id of result.read) this.#errors.delete(entityKey(entityCode, id));
    this.#keys.emit(result.read.map((id) => entityKey(entityCode, id)));
    this.#subscriber.recheckRefused(entityCode, result.read);
    const returned = result.returned.map((id) => ({ entityCode, id, container: false }));
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
    this.#shared.tabs.needsChanged(keys);
    this.#catchUp.check();
    this.#status.publishLater();
  }

  /** All lists: one of tasks may be about a project whose create was just acknowledged. */
  #touched(): void {
    for (const list of this.#lists.active()) list.pendingChanged();
    this.#status.publishLater();
  }

  /** Live, or about to be within a moment. Views may mount just before the client starts. */
  #connecting(): boolean {
    const { state } = this.#connection;
    if (this.#life === "new") return true;
    if (state.kind === "dialing") return state.failures === 0;
    return state.kind === "resuming" || linkOf(state) !== undefined;
  }

  #connectionChanged(state: ConnectionState): void {
    if (state.kind !== this.#kind) {
      // What keeps writes from being sent may have passed with it.
      if (this.#kind === "offline" || linkOf(state)) this.outbox.flusher.retryNow();
      this.#kind = state.kind;
      // Without live updates everything on screen is read once, so that it is at least fresh when it appears. A socket
      // that never opened may be the doing of a proxy which lets plain requests pass.
      const neverOpened = state.kind === "waiting" && this.#connection.lastMessageAt === undefined;
      if (neverOpened && !this.#lookedUnconnected) this.#lookAtEverything();
      if (neverOpened) this.#lookedUnconnected = true;
      if (state.kind === "disabled" || state.kind === "refused") this.#lookAtEverything();
    }
    this.#status.publish();
  }

  #lookAtEverything(): void {
    for (const { entityCode, entityId } of [...this.entities.keys()].map(splitEntityKey))
      this.#refetcher.look(entityCode, [entityId]);
    for (const list of this.#lists.active()) list.markStale();
  }
}

/** Builds a client; nothing happens before `start`. */
export function createHeliograph(options: HeliographOptions): Heliograph {
  return new Heliograph(options);
}
