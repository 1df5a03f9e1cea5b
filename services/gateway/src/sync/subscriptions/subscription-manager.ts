import type { SubscribeMessage, UnsubscribedMessage, UnsubscribeMessage, UpMessage } from "@heliograph/protocol";
import type { Clock } from "@heliograph/shared/clock";
import type { Connection } from "../connection/connection.ts";
import { ConnectionSubscriptions, type Subscription } from "../connection/connection-subscriptions.ts";
import type { Limits } from "../connection/limits.ts";
import type { PendingSubscriptions } from "../connection/pending-subscriptions.ts";
import { UpMessageError } from "../connection/up-message.ts";
import type { ReadableRows, RightsReader } from "../rights/rights-reader.ts";
import type { ResetReason, SyncObserver } from "../sync-observer.ts";
import type { EntityNames } from "./entity-names.ts";
import { findPayloadProblem, heldVersions } from "./subscribe-payload.ts";
import type { SubscriptionIndex } from "./subscription-index.ts";
import type { SubscriptionRowWriter } from "./subscription-row-writer.ts";

export interface SubscriptionManagerPorts {
  /** Live and pending subscriptions. */
  readonly index: SubscriptionIndex<Connection>;
  /** Refused and pending subscriptions: those that may yet become readable. */
  readonly refusedIndex: SubscriptionIndex<Connection>;
  readonly rows: SubscriptionRowWriter;
  readonly rights: RightsReader;
  readonly entityTypes: EntityNames;
  readonly limits: Limits;
  readonly clock: Clock;
  readonly observer: SyncObserver;
  /** Reads the rights to these again, because they may have changed since the last read. */
  readonly recheckRefused: (connection: Connection, subscriptions: readonly Subscription[]) => void;
  /** The client holds these rows through a container, and may read them. */
  readonly onCovered: (connection: Connection, entityCode: string, entityIds: readonly string[]) => void;
}

const notSubscribed =
  "Nothing was subscribed because the database cannot be reached; send SUBSCRIBE again after a pause.";

/** Messages that change subscriptions, and PING. */
export type SubscriptionMessage = Exclude<UpMessage, { type: "RESUME" | "AUTH" }>;

/**
 * Subscriptions of connections: in memory, which decides what is delivered, and as rows, from which another socket
 * resumes. The order of SUBSCRIBE leaves no window between reading and listening: first register in memory, then read the
 * versions. The read sees a change that commits before it; a change that commits later is sequenced later and finds the
 * registration.
 *
 * Rows are written after the read, and as live only for what may be read. They outlive the socket, and a client that drops
 * its socket in the middle of a SUBSCRIBE must not resume a subscription whose rights were never checked. They are written
 * before SUBSCRIBED, so that a client can resume everything it was sent. Rights that are withdrawn between the two are
 * sequenced after the client's cursor, so RESUME reads them again.
 *
 * Subscriptions that are refused or revoked are kept as refused, alike for rows that do not exist and rows that may not be
 * read. Nothing is delivered for them, but a change that might make them readable causes a read under the user's rights,
 * and the client is notified of what that finds. So clients need not poll for access.
 */
export class SubscriptionManager {
  readonly #ports: SubscriptionManagerPorts;

  constructor(ports: SubscriptionManagerPorts) {
    this.#ports = ports;
  }

  /** Handles one message; the caller keeps a connection's messages in order. @throws {UpMessageError} */
  async handle(connection: Connection, message: SubscriptionMessage): Promise<void> {
    switch (message.type) {
      case "SUBSCRIBE":
        return this.#subscribe(connection, message);
      case "UNSUBSCRIBE":
        return this.#unsubscribe(connection, message);
      case "UNSUBSCRIBE_ALL":
        return this.#end(connection, everything(connection), { ...(message.id && { id: message.id }) });
      case "PING":
        return connection.send({ type: "PONG", ...(message.id && { id: message.id }) });
    }
  }

  async #subscribe(connection: Connection, { id: correlationId, payload }: SubscribeMessage): Promise<void> {
    const startedAt = this.#ports.clock.now();
    const { entityCode } = payload;
    const problem = findPayloadProblem(payload);
    if (problem) throw new UpMessageError("invalid_message", problem, correlationId);
    await this.#requireType(entityCode, correlationId);
    const { canonicalId } = this.#ports.entityTypes;
    const covered = [...new Set(payload.covered?.map((id) => canonicalId(entityCode, id)))];
    const versions = heldVersions(payload, (id) => canonicalId(entityCode, id));
    const wanted = this.#named(entityCode, payload, correlationId);
    const idsOf = (kind: Subscription["kind"]): string[] =>
      wanted.flatMap((one) => (one.kind === kind ? [one.entityId] : []));
    const fresh = wanted.filter((one) => !connection.subscribed.has(one));
    const { maxSubscriptions } = this.#ports.limits;
    if (connection.subscribed.count + fresh.length > maxSubscriptions)
      throw new UpMessageError(
        "too_many_subscriptions",
        `${connection.subscribed.count} subscriptions and ${fresh.length} more would exceed ${maxSubscriptions}; none was added.`,
        correlationId,
      );
    // The limit bounds memory, so refused subscriptions count; they give way to new ones.
    while (connection.subscriptionCount + fresh.length > maxSubscriptions && this.#dropOneRefused(connection));

    for (const one of wanted) connection.adopted.delete(one);
    const pending = this.register(connection, fresh);
    const may = (one: Subscription): boolean =>
      one.kind === "id" ? readable.versions.has(one.entityId) : readable.containers.has(one.entityId);
    let readable: ReadableRows;
    let refused: Subscription[];
    let lost: Subscription[] = [];
    try {
      const query = { ids: [...idsOf("id"), ...covered], within: idsOf("within") };
      readable = await this.#ports.rights.read(connection.user, entityCode, query);
      if (!connection.open) return;
      refused = wanted.filter((one) => !may(one));
      lost = this.#drop(connection, refused);
      this.#unindex(connection, refused);
      // Includes subscriptions that were live before, so that rows which were lost by an operator's mistake come back.
      const rows = wanted.map((one) => ({ ...one, refused: !may(one) }));
      const written = wanted.length === 0 || (await this.#ports.rows.put(connection, rows));
      if (!written) return this.#ports.rows.closeReplaced(connection);
    } catch (error) {
      this.#ports.observer.failed("subscribe", error);
      this.abandon(connection);
      for (const one of lost) this.#refuse(connection, one);
      // Whether the rows were written is unknown: a lost connection hides the outcome.
      void this.#ports.rows.correct(connection, [...fresh, ...lost]);
      throw new UpMessageError("unavailable", notSubscribed, correlationId);
    }
    if (!connection.open) return;
    for (const one of fresh) if (may(one)) this.#activate(connection, one);
    // Includes subscriptions that were live before and that another read revoked in the meantime.
    refused = wanted.filter((one) => !connection.subscribed.has(one));
    connection.pending = null;
    for (const one of refused) this.#refuse(connection, one);
    connection.reads.note(entityCode, readable.versions);
    const lacking = covered.filter((id) => !readable.versions.has(id));
    const gone = new Set([...refused.map(({ entityId }) => entityId), ...lacking]);
    const changed = [...readable.versions]
      .filter(([id, version]) => versions.get(id) !== version && !gone.has(id))
      .map(([entityId, version]) => ({ entityId, version }));
    connection.send({
      type: "SUBSCRIBED",
      ...(correlationId && { id: correlationId }),
      payload: { entityCode, count: wanted.length - refused.length, changed, gone: [...gone] },
    });
    this.#ports.onCovered(
      connection,
      entityCode,
      covered.filter((id) => readable.versions.has(id)),
    );
    this.#deliverDeferred(connection, pending, readable);
    // The read that refused them may have been older than the change that asked for a recheck.
    const doubtful = [...lost, ...pending.recheck].filter((one) => connection.refused.has(one));
    if (doubtful.length > 0) this.#ports.recheckRefused(connection, doubtful);
    this.#ports.observer.subscribed(this.#ports.clock.now() - startedAt);
  }

  /** Adds subscriptions to the fan-out; their signals are deferred until the caller knows which of them stand. */
  register(connection: Connection, fresh: readonly Subscription[]): PendingSubscriptions {
    const pending: PendingSubscriptions = {
      subscriptions: new ConnectionSubscriptions(),
      deferred: new Map(),
      revokedContainers: [],
      recheck: [],
    };
    connection.pending = pending;
    for (const one of fresh) {
      const { kind, entityCode, entityId } = one;
      pending.subscriptions.add(one);
      this.#ports.index.add(kind, entityCode, entityId, connection);
      if (!connection.refused.has(one)) this.#ports.refusedIndex.add(kind, entityCode, entityId, connection);
    }
    return pending;
  }

  /** Makes all pending subscriptions live. */
  settle(connection: Connection): void {
    for (const one of connection.pending?.subscriptions.list() ?? []) this.#activate(connection, one);
    connection.pending = null;
  }

  /** Drops all pending subscriptions. */
  abandon(connection: Connection): void {
    const pending = connection.pending?.subscriptions.list() ?? [];
    this.#unindex(connection, pending);
    for (const one of pending) if (!connection.refused.has(one)) this.#unwatch(connection, one);
    connection.pending = null;
  }

  /** Takes over what an earlier socket of the same connection was refused, and reads the rights again. */
  resumeRefused(connection: Connection, refused: readonly Subscription[]): void {
    for (const one of refused) this.#refuse(connection, one);
    if (refused.length > 0) this.#ports.recheckRefused(connection, refused);
  }

  /** Makes a refused subscription live after a read has found it. @returns false when it is not refused any more */
  restoreRefused(connection: Connection, subscription: Subscription): boolean {
    if (!connection.refused.has(subscription)) return false;
    // A SUBSCRIBE to it is in progress and will find it, too.
    if (connection.pending?.subscriptions.has(subscription)) {
      connection.pending.recheck.push(subscription);
      return false;
    }
    const { kind, entityCode, entityId } = subscription;
    this.#ports.index.add(kind, entityCode, entityId, connection);
    this.#activate(connection, subscription);
    this.#ports.rows.correctInOrder(connection, [subscription]);
    this.#ports.observer.refusedRestored();
    return true;
  }

  /**
   * Subscribes to a row by its id because it was delivered through a container. Where only the table's own policies know
   * who may read it, nothing else records later that the client has it, and only clients that have it may be notified of
   * its loss.
   */
  adopt(connection: Connection, entityCode: string, entityId: string): void {
    const subscription: Subscription = { kind: "id", entityCode, entityId };
    const full = connection.subscriptionCount >= this.#ports.limits.maxSubscriptions;
    if (connection.holdsId(entityCode, entityId) || full) return;
    this.#ports.index.add("id", entityCode, entityId, connection);
    this.#activate(connection, subscription);
    connection.adopted.add(subscription);
    this.#ports.rows.correctInOrder(connection, [subscription]);
  }

  /** Adopted subscriptions of types without any container subscription: the client no longer wants their rows. */
  #orphanedAdoptions(connection: Connection, entityCode: string | undefined): Subscription[] {
    const containers = new Set(
      connection.subscribed.list(entityCode).flatMap((one) => (one.kind === "within" ? [one.entityCode] : [])),
    );
    return connection.adopted.list(entityCode).filter((one) => !containers.has(one.entityCode));
  }

  /** Makes an indexed subscription live. */
  #activate(connection: Connection, subscription: Subscription): void {
    connection.refused.delete(subscription);
    this.#unwatch(connection, subscription);
    connection.subscribed.add(subscription);
  }

  #refuse(connection: Connection, subscription: Subscription): void {
    if (connection.refused.has(subscription)) return;
    connection.refused.add(subscription);
    this.#unwatch(connection, subscription);
    const { kind, entityCode, entityId } = subscription;
    this.#ports.refusedIndex.add(kind, entityCode, entityId, connection);
  }

  #unwatch(connection: Connection, { kind, entityCode, entityId }: Subscription): void {
    this.#ports.refusedIndex.delete(kind, entityCode, entityId, connection);
  }

  /** @returns false when there is none */
  #dropOneRefused(connection: Connection): boolean {
    const subscription = connection.refused.first();
    if (!subscription) return false;
    this.#dropRefused(connection, subscription);
    this.#ports.rows.correctInOrder(connection, [subscription]);
    return true;
  }

  /** @returns those that were live */
  #drop(connection: Connection, named: readonly Subscription[]): Subscription[] {
    const dropped = named.filter((one) => connection.subscribed.delete(one));
    for (const one of dropped) connection.adopted.delete(one);
    this.#unindex(connection, dropped);
    return dropped;
  }

  /** @returns false when the subscription is not refused */
  #dropRefused(connection: Connection, subscription: Subscription): boolean {
    if (!connection.refused.delete(subscription)) return false;
    this.#unwatch(connection, subscription);
    return true;
  }

  /** Delivers the signals that arrived while it was unknown whether the subscriptions stand. */
  #deliverDeferred(connection: Connection, pending: PendingSubscriptions, readable: ReadableRows): void {
    // Revocations first: a row must not be delivered through a container that is lost by now.
    for (const { entityCode, entityId } of pending.revokedContainers)
      this.revokeContainer(connection, entityCode, entityId);
    for (const { entityCode, entityId, signal } of pending.deferred.values()) {
      if (signal) connection.deliver(signal);
      // SUBSCRIBED has named a refused id already.
      else if (!pending.subscriptions.has({ kind: "id", entityCode, entityId }) || readable.versions.has(entityId))
        this.revoke(connection, entityCode, entityId);
    }
    connection.flush();
  }

  /** Drops all subscriptions and asks the client to subscribe again, because missed changes cannot be replayed. */
  reset(connection: Connection, reason: ResetReason): void {
    // No cursor until then: it would claim that nothing was missed.
    connection.mustReset = true;
    connection.enqueue(async () => {
      if (!connection.open) return;
      const ended = everything(connection);
      this.#forgetAll(connection);
      connection.forgetSignals();
      connection.send({ type: "RESET", payload: { reason } });
      this.#ports.observer.resetSent(reason);
      await this.#ports.rows.correct(connection, ended);
    });
  }

  /** Writes the rows of an open connection again after they were lost without a takeover. */
  rewriteRows(connection: Connection): void {
    connection.enqueue(async () => {
      if (!connection.open) return;
      connection.session.created = false;
      const rows = everything(connection).map((one) => ({ ...one, refused: connection.refused.has(one) }));
      if (!(await this.#ports.rows.put(connection, rows))) this.#ports.rows.closeReplaced(connection);
    });
  }

  async #unsubscribe(connection: Connection, { id: correlationId, payload }: UnsubscribeMessage): Promise<void> {
    const { entityCode, entityIds, within } = payload;
    if (!connection.subscribed.hasCode(entityCode) && !connection.refused.hasCode(entityCode))
      await this.#requireType(entityCode, correlationId);
    const named =
      entityIds || within ? this.#named(entityCode, payload, correlationId) : everything(connection, entityCode);
    await this.#end(connection, named, { ...(correlationId && { id: correlationId }), entityCode });
  }

  async #end(
    connection: Connection,
    named: readonly Subscription[],
    answer: { id?: string; entityCode?: string },
  ): Promise<void> {
    const ended = this.#drop(connection, named);
    const forgotten = named.filter((one) => this.#dropRefused(connection, one));
    const adopted = this.#drop(connection, this.#orphanedAdoptions(connection, answer.entityCode));
    await this.#ports.rows.correct(connection, [...ended, ...forgotten, ...adopted]);
    const message: UnsubscribedMessage = {
      type: "UNSUBSCRIBED",
      ...(answer.id && { id: answer.id }),
      payload: { ...(answer.entityCode && { entityCode: answer.entityCode }), count: ended.length },
    };
    connection.send(message);
  }

  /** Notifies the client that a row may no longer be read; a subscription to it is refused from now on. */
  revoke(connection: Connection, entityCode: string, entityId: string): void {
    this.#withdraw(connection, { kind: "id", entityCode, entityId });
    connection.queueGone(entityCode, entityId);
  }

  /** Notifies the client that a container may no longer be read. */
  revokeContainer(connection: Connection, entityCode: string, entityId: string): void {
    const subscription: Subscription = { kind: "within", entityCode, entityId };
    if (connection.pending?.subscriptions.has(subscription)) connection.pending.revokedContainers.push(subscription);
    if (this.#withdraw(connection, subscription)) connection.queueGone(entityCode, entityId);
  }

  #withdraw(connection: Connection, subscription: Subscription): boolean {
    if (this.#drop(connection, [subscription]).length === 0) return false;
    this.#refuse(connection, subscription);
    // An earlier SUBSCRIBE may bring it back; the rows follow the state that memory has by then.
    this.#ports.rows.correctInOrder(connection, [subscription]);
    return true;
  }

  /** Removes a connection from memory when its socket closes. Its rows follow with the session. */
  forget(connection: Connection): void {
    this.abandon(connection);
    this.#forgetAll(connection);
  }

  #forgetAll(connection: Connection): void {
    this.#drop(connection, connection.subscribed.list());
    for (const one of connection.refused.list()) this.#dropRefused(connection, one);
  }

  #unindex(connection: Connection, subscriptions: readonly Subscription[]): void {
    for (const { kind, entityCode, entityId } of subscriptions)
      this.#ports.index.delete(kind, entityCode, entityId, connection);
  }

  /** The subscriptions that a message names, each once. @throws {UpMessageError} */
  #named(
    entityCode: string,
    { entityIds, within }: { readonly entityIds?: readonly string[]; readonly within?: readonly string[] },
    correlationId: string | undefined,
  ): Subscription[] {
    const { entityTypes } = this.#ports;
    const ids = new Set(entityIds?.map((id) => entityTypes.canonicalId(entityCode, id)));
    const containers = new Set(
      within?.map((name) => {
        const named = entityTypes.canonicalContainer(entityCode, name);
        if ("problem" in named) throw new UpMessageError("invalid_id", named.problem, correlationId);
        return named.container;
      }),
    );
    return [
      ...[...ids].map((entityId) => ({ kind: "id", entityCode, entityId }) as const),
      ...[...containers].map((entityId) => ({ kind: "within", entityCode, entityId }) as const),
    ];
  }

  async #requireType(entityCode: string, correlationId: string | undefined): Promise<void> {
    let exists: boolean;
    try {
      exists = await this.#ports.entityTypes.exists(entityCode);
    } catch (error) {
      this.#ports.observer.failed("subscribe", error);
      throw new UpMessageError("unavailable", notSubscribed, correlationId);
    }
    if (!exists)
      throw new UpMessageError("unknown_entity", `No entity type has the code "${entityCode}".`, correlationId);
  }
}

/** Live and refused subscriptions, all or of one entity code. */
const everything = ({ subscribed, refused }: Connection, entityCode?: string): Subscription[] => [
  ...subscribed.list(entityCode),
  ...refused.list(entityCode),
];
