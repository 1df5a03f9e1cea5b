import { logAction } from "@heliograph/protocol";
import { includesCreation, isRightsChange, type LogChange } from "@heliograph/server-kit";
import { Backoff } from "@heliograph/shared/backoff";
import type { Clock } from "@heliograph/shared/clock";
import { personContainer } from "@heliograph/shared/container";
import { entityKey } from "@heliograph/shared/entity-key";
import { sleep } from "@heliograph/shared/sleep";
import type { Connection, User } from "../connection/connection.ts";
import type { Subscription } from "../connection/connection-subscriptions.ts";
import { FrameCache } from "../connection/frame-cache.ts";
import { createSignal } from "../connection/signal.ts";
import type { ResetReason, SyncObserver } from "../sync-observer.ts";
import { type PendingCheck, PendingRightsChecks } from "./pending-rights-checks.ts";
import type { ReadableRows, RightsReader } from "./rights-reader.ts";

/** Changes of subscriptions that follow from a read of rights; see `SubscriptionManager`. */
interface SubscriptionChanges {
  revoke(connection: Connection, entityCode: string, entityId: string): void;
  revokeContainer(connection: Connection, entityCode: string, entityId: string): void;
  restoreRefused(connection: Connection, subscription: Subscription): boolean;
  adopt(connection: Connection, entityCode: string, entityId: string): void;
  reset(connection: Connection, reason: ResetReason): void;
}

export interface RightsGatePorts {
  readonly reader: RightsReader;
  readonly subscriptions: SubscriptionChanges;
  /** Whether only the policies of a type's own table know who may read its rows. */
  readonly hasOwnPolicy: (entityCode: string) => boolean;
  readonly clock: Clock;
  readonly random: () => number;
  readonly signal: AbortSignal;
  readonly observer: SyncObserver;
  /** Changes of one user that may wait for a read. Beyond it the user's sockets are closed as too slow. */
  readonly maxWaiting: number;
}

const nothingReadable: ReadableRows = { versions: new Map(), containers: new Map() };

/** A refused subscription whose rights are read again, and the time of the change that asked for it. */
interface RefusedRecheck {
  readonly subscription: Subscription;
  /** Milliseconds since 1970. */
  readonly changedAt: number;
}

/** Delivers the result of a read; called once all reads of a round have succeeded. */
type DeliverResult = () => void;

/** The reads that one user's changes wait for. */
interface UserChecks {
  waiting: PendingRightsChecks;
  reading: PendingRightsChecks;
  /** All of the user's subscriptions must be read again, because the user's membership changed. */
  all: boolean;
  readingAll: boolean;
  refused: Map<string, RefusedRecheck>;
  readingRefused: ReadonlyMap<string, RefusedRecheck>;
  busy: boolean;
}

/**
 * Reads rights under the user's row level security before a change is delivered, where they may have changed. Reads are
 * grouped: the changes of a batch are one read per user and type, and changes that arrive during a read are the next one.
 * While the database does not answer, changes wait: delivering them unchecked would disclose rows, dropping them would
 * lose changes.
 */
export class RightsGate {
  readonly #ports: RightsGatePorts;
  readonly #users = new Map<User, UserChecks>();

  constructor(ports: RightsGatePorts) {
    this.#ports = ports;
  }

  /** Whether a change of this entity must wait behind an earlier one, or behind a recheck of all subscriptions. */
  mustWait(user: User, entityCode: string, entityId: string): boolean {
    const checks = this.#users.get(user);
    if (!checks) return false;
    const { waiting, reading } = checks;
    if (checks.all || checks.readingAll || waiting.has(entityCode, entityId) || reading.has(entityCode, entityId))
      return true;
    const key = subscriptionKey({ kind: "id", entityCode, entityId });
    return checks.refused.has(key) || checks.readingRefused.has(key);
  }

  /** Whether any change of this user waits for a read. Until then no feed position is valid for the user's sockets. */
  isBusy(user: User): boolean {
    return this.#users.has(user);
  }

  /** `mustRead`: the change is delivered only if a read finds the row; otherwise it only keeps its place in the order. */
  check(user: User, change: LogChange, connection: Connection, mustRead: boolean): void {
    const checks = this.#checksOf(user);
    checks.waiting.add(change, new Map([[connection, mustRead]]));
    if (checks.waiting.size > this.#ports.maxWaiting) {
      for (const slow of user.connections) slow.closeTooSlow("rights could not be read in time");
      this.#users.delete(user);
      return;
    }
    this.#start(user, checks);
  }

  /** Reads the rights to all of the user's subscriptions again. */
  recheckAll(user: User): void {
    const checks = this.#checksOf(user);
    checks.all = true;
    this.#start(user, checks);
  }

  /** Reads the rights to refused subscriptions again; those that are readable become live, and clients are notified. */
  recheckRefused(
    user: User,
    subscriptions: readonly Subscription[],
    changedAt: number = this.#ports.clock.wallNow(),
  ): void {
    if (subscriptions.length === 0) return;
    const checks = this.#checksOf(user);
    for (const subscription of subscriptions)
      checks.refused.set(subscriptionKey(subscription), { subscription, changedAt });
    this.#start(user, checks);
  }

  /**
   * Adopts rows that the client holds through a container and may read, as if they had been delivered to it. Without any
   * container subscription of the type these rows are leftovers on the device that the client asked about once: nothing
   * would ever end the adopted subscriptions.
   */
  noteCovered(connection: Connection, entityCode: string, entityIds: readonly string[]): void {
    if (!this.#ports.hasOwnPolicy(entityCode)) return;
    if (!connection.subscribed.list(entityCode).some(({ kind }) => kind === "within")) return;
    for (const entityId of entityIds) this.#ports.subscriptions.adopt(connection, entityCode, entityId);
  }

  #checksOf(user: User): UserChecks {
    let checks = this.#users.get(user);
    if (!checks) {
      checks = {
        waiting: new PendingRightsChecks(),
        reading: new PendingRightsChecks(),
        all: false,
        readingAll: false,
        refused: new Map(),
        readingRefused: new Map(),
        busy: false,
      };
      this.#users.set(user, checks);
    }
    return checks;
  }

  #start(user: User, checks: UserChecks): void {
    if (checks.busy) return;
    checks.busy = true;
    this.#work(user, checks)
      .catch((error) => this.#ports.observer.failed("read rights", error))
      .finally(() => {
        checks.busy = false;
        if (this.#users.get(user) !== checks) return;
        // A change may have arrived after the last check of the loop.
        if (this.#hasWork(user, checks)) this.#start(user, checks);
        else this.#users.delete(user);
      });
  }

  #hasWork(user: User, checks: UserChecks): boolean {
    const waits = checks.all || checks.waiting.size > 0 || checks.refused.size > 0;
    return waits && user.connections.size > 0 && !this.#ports.signal.aborted;
  }

  async #work(user: User, checks: UserChecks): Promise<void> {
    const backoff = new Backoff({ baseMs: 100, capMs: 2000, random: this.#ports.random });
    // Wait for the rest of the batch, so that it becomes one read.
    await Promise.resolve();
    while (this.#hasWork(user, checks) && this.#users.get(user) === checks) {
      // A membership that changes during the read asks for another one.
      checks.readingAll = checks.all;
      checks.all = false;
      checks.reading = checks.waiting;
      checks.waiting = new PendingRightsChecks();
      checks.readingRefused = checks.refused;
      checks.refused = new Map();
      try {
        // All reads finish before the first delivery: a failure repeats the whole round and must not deliver a part twice.
        const results = await Promise.all([
          checks.readingAll ? this.#readAll(user) : nothing,
          this.#readChecks(user, checks.reading),
          this.#readRefused(user, checks.readingRefused),
        ]);
        for (const deliver of results) deliver();
        this.#ports.observer.rightsRead("ok");
        backoff.reset();
      } catch (error) {
        this.#ports.observer.rightsRead("failed");
        this.#ports.observer.failed("read rights", error);
        checks.all ||= checks.readingAll;
        checks.waiting.restore(checks.reading);
        checks.reading = new PendingRightsChecks();
        checks.refused = new Map([...checks.readingRefused, ...checks.refused]);
        checks.readingRefused = new Map();
        await sleep(backoff.next(), this.#ports.signal, this.#ports.clock);
        continue;
      }
      const membershipChanged = checks.readingAll;
      checks.reading = new PendingRightsChecks();
      checks.readingRefused = new Map();
      checks.readingAll = false;
      this.#flush(user, membershipChanged);
    }
  }

  #flush(user: User, membershipChanged: boolean): void {
    const frames = new FrameCache();
    for (const connection of user.connections) {
      connection.flush(frames);
      // A changed membership changes which rows of a container are visible, and no change names those rows. After a reset
      // the client asks again for everything it shows. A RESET and not a close: after a close the client would resume and
      // receive the same membership change forever.
      const hasContainers = [connection.subscribed, connection.pending?.subscriptions].some((subscriptions) =>
        subscriptions?.list().some(({ kind }) => kind === "within"),
      );
      if (membershipChanged && hasContainers) this.#ports.subscriptions.reset(connection, "session");
    }
  }

  async #readChecks(user: User, pending: PendingRightsChecks): Promise<DeliverResult> {
    const byEntityCode = Map.groupBy(pending.values(), ({ change }) => change.entityCode);
    const reads = [...byEntityCode].map(async ([entityCode, checks]) => {
      const mustRead = checks.filter(({ connections }) => [...connections.values()].includes(true));
      const ids = mustRead.map(({ change }) => change.entityId);
      const deleted = mustRead.flatMap(({ change }) => (change.action === logAction.delete ? [change.entityId] : []));
      const query = { ids, within: [], ...(deleted.length > 0 && { deleted }) };
      const readable = ids.length > 0 ? await this.#ports.reader.read(user, entityCode, query) : nothingReadable;
      return { checks, readable };
    });
    const answers = await Promise.all(reads);
    return () => {
      for (const { checks, readable } of answers) for (const check of checks) this.#deliverCheck(check, readable);
    };
  }

  #deliverCheck({ change, connections }: PendingCheck, readable: ReadableRows): void {
    const { entityCode, entityId } = change;
    const subscription: Subscription = { kind: "id", entityCode, entityId };
    const version = readable.versions.get(entityId);
    const isDeletion = change.action === logAction.delete;
    for (const [connection, mustRead] of connections) {
      if (!connection.open) continue;
      // Before the delivery: only live subscriptions receive signals.
      const restored =
        mustRead &&
        version !== undefined &&
        !isDeletion &&
        this.#ports.subscriptions.restoreRefused(connection, subscription);
      const holdsId = connection.holdsId(entityCode, entityId);
      if (!holdsId && !connection.holdsContainer(entityCode, change.containerIds)) continue;
      if (!mustRead) connection.deliverUnchecked(createSignal(change), change.restricted);
      else if (isDeletion && this.#mayLearnOfDeletion(connection, change, readable))
        connection.deliver(createSignal(change));
      // A row that is found after a deletion is another row under the id; its creation is delivered on its own.
      else if (version === undefined) this.#revoke(connection, change, holdsId);
      else if (!isDeletion) this.#deliver(connection, change, version, restored);
    }
  }

  #deliver(connection: Connection, change: LogChange, version: number, restored: boolean): void {
    const { entityCode, entityId } = change;
    if (change.restricted && this.#ports.hasOwnPolicy(entityCode))
      this.#ports.subscriptions.adopt(connection, entityCode, entityId);
    // The version that was read and not the change's own, which may be of a time when the user could not read the row. The
    // signal of the newer version is then redundant.
    const keepsAction = !restored && !change.recheck && !isRightsChange(change);
    connection.deliver(createSignal(change, keepsAction ? { version } : { version, action: "CREATE" }));
    connection.reads.note(entityCode, new Map([[entityId, version]]));
  }

  /** Whether the user could read a deleted row while it existed. */
  #mayLearnOfDeletion(connection: Connection, change: LogChange, { deleted }: ReadableRows): boolean {
    const { entityCode, entityId, containerIds } = change;
    if (deleted?.has(entityId)) return true;
    if (!change.restricted && connection.holdsContainer(entityCode, containerIds)) return true;
    // A pending subscription proves no right: with it, the version would be disclosed to any client that claims to hold an
    // id inside a container. Nor does a subscription prove a right to a row that was created after it.
    return connection.subscribed.has({ kind: "id", entityCode, entityId }) && !includesCreation(change);
  }

  #revoke(connection: Connection, change: LogChange, holdsId: boolean): void {
    if (holdsId || this.#mayHaveSeen(connection, change))
      this.#ports.subscriptions.revoke(connection, change.entityCode, change.entityId);
  }

  /**
   * Whether a client that subscribed to the container only may have seen the row; otherwise the GONE would disclose it.
   * Under the standard policy, a recheck that is not about a grant means that the row was public before. Grants,
   * revocations and the end of a private row name the users who could read it. Under a table's own policies this is
   * unknown, but rows that were delivered are subscribed by their id.
   */
  #mayHaveSeen({ user, subscribed }: Connection, change: LogChange): boolean {
    const { entityCode, containerIds } = change;
    if (containerIds.includes(personContainer(user.personId))) return true;
    if (isRightsChange(change)) return false;
    // A pending container may be anyone's: asking for it must not suffice to learn of the rows inside.
    if (!containerIds.some((id) => subscribed.has({ kind: "within", entityCode, entityId: id }))) return false;
    return change.recheck && change.action !== logAction.create && !this.#ports.hasOwnPolicy(entityCode);
  }

  async #readRefused(user: User, rechecks: ReadonlyMap<string, RefusedRecheck>): Promise<DeliverResult> {
    const answers = await this.#readByCode(user, [...rechecks.values()], ({ subscription }) => subscription);
    return () => {
      for (const { some, readable } of answers)
        for (const { subscription, changedAt } of some)
          for (const connection of user.connections) this.#restore(connection, subscription, readable, changedAt);
    };
  }

  /** One read for each entity code. */
  #readByCode<Item>(
    user: User,
    items: readonly Item[],
    subscriptionOf: (item: Item) => Subscription,
  ): Promise<{ some: readonly Item[]; readable: ReadableRows }[]> {
    const byEntityCode = Map.groupBy(items, (item) => subscriptionOf(item).entityCode);
    return Promise.all(
      [...byEntityCode].map(async ([entityCode, some]) => {
        const idsOf = (kind: Subscription["kind"]): string[] =>
          some.map(subscriptionOf).flatMap((one) => (one.kind === kind ? [one.entityId] : []));
        const query = { ids: idsOf("id"), within: idsOf("within") };
        return { some, readable: await this.#ports.reader.read(user, entityCode, query) };
      }),
    );
  }

  /** Notifies a client of a refused subscription that is readable now: with the row, or the row that the container is. */
  #restore(connection: Connection, subscription: Subscription, readable: ReadableRows, changedAt: number): void {
    const { kind, entityCode, entityId } = subscription;
    const version = readable.versions.get(entityId);
    const found =
      kind === "within"
        ? readable.containers.get(entityId)
        : version === undefined
          ? undefined
          : { entityCode, entityId, version };
    if (!connection.open || found === undefined) return;
    if (!this.#ports.subscriptions.restoreRefused(connection, subscription) || found === null) return;
    const change: LogChange = {
      entityCode: found.entityCode,
      entityId: found.entityId,
      action: logAction.create,
      version: found.version,
      containerIds: [],
      restricted: true,
      recheck: false,
      changedAt,
    };
    connection.deliverDirectly(createSignal(change));
    // Of this row only: others that were read with it were not delivered, and their signals are still to come.
    if (version !== undefined) connection.reads.note(entityCode, new Map([[entityId, version]]));
  }

  /**
   * After a change of membership: subscriptions that are no longer readable are revoked, refused ones may be restored.
   * Pending subscriptions are included.
   */
  async #readAll(user: User): Promise<DeliverResult> {
    const all = new Map<string, Subscription>();
    for (const { subscribed, refused, pending } of user.connections)
      for (const one of [...subscribed.list(), ...refused.list(), ...(pending?.subscriptions.list() ?? [])])
        all.set(subscriptionKey(one), one);
    const answers = await this.#readByCode(user, [...all.values()], (one) => one);
    const changedAt = this.#ports.clock.wallNow();
    return () => {
      for (const { some, readable } of answers)
        for (const one of some)
          for (const connection of user.connections) {
            this.#revokeIfLost(connection, one, readable);
            this.#restore(connection, one, readable, changedAt);
          }
    };
  }

  #revokeIfLost(
    connection: Connection,
    { kind, entityCode, entityId }: Subscription,
    { versions, containers }: ReadableRows,
  ): void {
    const { subscriptions } = this.#ports;
    if (kind === "id") {
      if (!versions.has(entityId) && connection.holdsId(entityCode, entityId))
        subscriptions.revoke(connection, entityCode, entityId);
    } else if (!containers.has(entityId) && connection.holdsContainer(entityCode, [entityId]))
      subscriptions.revokeContainer(connection, entityCode, entityId);
  }
}

const nothing: Promise<DeliverResult> = Promise.resolve(() => undefined);
const subscriptionKey = ({ kind, entityCode, entityId }: Subscription): string =>
  `${kind}:${entityKey(entityCode, entityId)}`;
