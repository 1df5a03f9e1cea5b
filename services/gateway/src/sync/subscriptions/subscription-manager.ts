import type {
  ResetMessage,
  SubscribeMessage,
  UnsubscribedMessage,
  UnsubscribeMessage,
  UpMessage,
} from "@heliograph/protocol";
import type { Clock } from "@heliograph/shared/clock";
import type { Readable, RightsReader } from "../rights/rights-reader.ts";
import type { Connection } from "../socket/connection.ts";
import type { Limits } from "../socket/limits.ts";
import { UpMessageError } from "../socket/up-message.ts";
import { type Held, Holdings } from "./connection-subscriptions.ts";
import type { Pending } from "./pending-subscriptions.ts";
import { heldVersions, problemOf } from "./subscribe-payload.ts";
import type { SubscriptionIndex } from "./subscription-index.ts";
import type { RowKeeper } from "./subscription-row-writer.ts";

export type SubscriptionManagerPorts = {
  /** What is held, and what is pending. */
  readonly index: SubscriptionIndex<Connection>;
  /** What is dormant or pending: whoever asked for what may yet begin to be readable. */
  readonly sleepers: SubscriptionIndex<Connection>;
  readonly rows: RowKeeper;
  readonly rights: RightsReader;
  /** Whether an entity type exists. @throws when that cannot be found out */
  readonly knows: (code: string) => Promise<boolean>;
  readonly limits: Limits;
  readonly clock: Clock;
  readonly onError: (error: unknown) => void;
  readonly countReset: (reason: ResetMessage["payload"]["reason"]) => void;
  /** Has the rights to these read again, because they may have changed since the last read. */
  readonly stir: (connection: Connection, held: readonly Held[]) => void;
  /** Rows that the client holds through a container, and may read. */
  readonly onCovered: (connection: Connection, code: string, ids: readonly string[]) => void;
  /** Something dormant became live. */
  readonly countWoken: () => void;
  /** Seconds that a SUBSCRIBE took. */
  readonly observeSubscribe: (seconds: number) => void;
};

const canonical = (ids: readonly string[] | undefined): string[] => [
  ...new Set((ids ?? []).map((id) => id.toLowerCase())),
];

/** Messages that change what a connection holds, and PING. */
export type SubscriptionMessage = Exclude<UpMessage, { type: "RESUME" | "AUTH" }>;

/**
 * What a connection holds: in memory, which decides who is told, and as rows, from which another socket goes on. The
 * order of SUBSCRIBE is what closes the window between reading and listening: register in memory, then read the versions.
 * A change that commits before that read is seen by it; one that commits later is sequenced later and finds the
 * registration.
 *
 * Rows are written after the read, and as held only for what may be read: they outlive the socket, and a client that drops
 * its socket in the middle of a SUBSCRIBE must not find itself holding, after RESUME, what nobody has checked. They are
 * written before SUBSCRIBED: what a client was told to hold, it can resume. Rights that are withdrawn between the two are
 * sequenced after the cursor that the client has, so RESUME reads them again.
 *
 * What is refused or withdrawn stays dormant, alike for rows that do not exist and rows that may not be read: nothing about
 * it is delivered, but a change after which it might be readable causes a read under the user's rights, and only what that
 * finds is told. So nobody has to ask again and again, and nobody waits for the next time he asks.
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
    const code = payload.entityCode;
    const problem = problemOf(payload);
    if (problem) throw new UpMessageError("invalid_message", problem, correlationId);
    await this.#requireType(code, correlationId);
    const ids = canonical(payload.entityIds);
    const covered = canonical(payload.covered);
    const within = canonical(payload.within);
    const versions = heldVersions(payload);
    const wanted: Held[] = [
      ...ids.map((id) => ({ kind: "id", code, id }) as const),
      ...within.map((id) => ({ kind: "within", code, id }) as const),
    ];
    const fresh = wanted.filter((held) => !connection.holdings.has(held));
    const { maxSubscriptions } = this.#ports.limits;
    if (connection.holdings.count + fresh.length > maxSubscriptions)
      throw new UpMessageError(
        "too_many_subscriptions",
        `${connection.holdings.count} subscriptions and ${fresh.length} more would exceed ${maxSubscriptions}; none was added.`,
        correlationId,
      );
    // The bound is on memory, whatever it is used for; what was refused gives way.
    while (connection.subscriptions + fresh.length > maxSubscriptions && this.#forgetOneDormant(connection));

    for (const held of wanted) connection.adopted.delete(held);
    const pending = this.register(connection, fresh);
    const may = (held: Held): boolean =>
      held.kind === "id" ? readable.versions.has(held.id) : readable.containers.has(held.id);
    let readable: Readable;
    let refused: Held[];
    let lost: Held[] = [];
    try {
      readable = await this.#ports.rights.read(connection.user, code, { ids: [...ids, ...covered], within });
      if (!connection.open) return;
      refused = wanted.filter((held) => !may(held));
      lost = this.#drop(connection, refused);
      this.#unindex(connection, refused);
      // Also those already held: rows that were lost (a crash empties nothing here, an operator may) come back.
      const rows = wanted.map((held) => ({ ...held, dormant: !may(held) }));
      const written = wanted.length === 0 || (await this.#ports.rows.put(connection, rows));
      if (!written) return this.#ports.rows.replaced(connection);
    } catch (error) {
      this.#ports.onError(error);
      this.abandon(connection);
      for (const held of lost) this.#sleep(connection, held);
      // Whether they were written is unknown: a lost connection hides the outcome.
      this.#ports.rows.correct(connection, [...fresh, ...lost]).catch(this.#ports.onError);
      throw new UpMessageError("unavailable", "The database cannot be reached; nothing was subscribed.", correlationId);
    }
    if (!connection.open) return;
    for (const held of fresh) if (may(held)) this.#hold(connection, held);
    // Also what was held before and was withdrawn by another read in the meantime: it is not held any more.
    refused = wanted.filter((held) => !connection.holdings.has(held));
    connection.pending = null;
    for (const held of refused) this.#sleep(connection, held);
    connection.reads.note(code, readable.versions);
    const lacking = covered.filter((id) => !readable.versions.has(id));
    const gone = new Set([...refused.map(({ id }) => id), ...lacking]);
    const changed = [...readable.versions]
      .filter(([id, version]) => versions.get(id) !== version && !gone.has(id))
      .map(([entityId, version]) => ({ entityId, version }));
    connection.send({
      type: "SUBSCRIBED",
      ...(correlationId && { id: correlationId }),
      payload: { entityCode: code, count: wanted.length - refused.length, changed, gone: [...gone] },
    });
    this.#ports.onCovered(
      connection,
      code,
      covered.filter((id) => readable.versions.has(id)),
    );
    this.#deliverKept(connection, pending, readable);
    // The read that refused them may have been the older one.
    const doubtful = [...lost, ...pending.stirred].filter((held) => connection.dormant.has(held));
    if (doubtful.length > 0) this.#ports.stir(connection, doubtful);
    this.#ports.observeSubscribe((this.#ports.clock.now() - startedAt) / 1000);
  }

  /** Takes part in the fan-out from here on; the signals are kept until the caller knows what stands. */
  register(connection: Connection, fresh: readonly Held[]): Pending {
    const pending: Pending = { holdings: new Holdings(), kept: new Map(), withdrawn: [], stirred: [] };
    connection.pending = pending;
    for (const held of fresh) {
      pending.holdings.add(held);
      this.#ports.index.add(held.kind, held.code, held.id, connection);
      if (!connection.dormant.has(held)) this.#ports.sleepers.add(held.kind, held.code, held.id, connection);
    }
    return pending;
  }

  /** All that is pending stands. */
  settle(connection: Connection): void {
    for (const held of connection.pending?.holdings.list() ?? []) this.#hold(connection, held);
    connection.pending = null;
  }

  /** Nothing that is pending stands. */
  abandon(connection: Connection): void {
    const pending = connection.pending?.holdings.list() ?? [];
    this.#unindex(connection, pending);
    for (const held of pending) if (!connection.dormant.has(held)) this.#unwatch(connection, held);
    connection.pending = null;
  }

  /** What an earlier socket of the same connection was refused: watched from here on, and read again. */
  resumeDormant(connection: Connection, refused: readonly Held[]): void {
    for (const held of refused) this.#sleep(connection, held);
    if (refused.length > 0) this.#ports.stir(connection, refused);
  }

  /** A read has found it: it is live from here on. False when it was not dormant any more. */
  wake(connection: Connection, held: Held): boolean {
    if (!connection.dormant.has(held)) return false;
    // A SUBSCRIBE to it is in work and will find it, too.
    if (connection.pending?.holdings.has(held)) {
      connection.pending.stirred.push(held);
      return false;
    }
    this.#ports.index.add(held.kind, held.code, held.id, connection);
    this.#hold(connection, held);
    this.#ports.rows.correctInOrder(connection, [held]);
    this.#ports.countWoken();
    return true;
  }

  /**
   * A row that was told through a container is held by its id from here on: where only the table's own policies know who
   * may read it, nothing else could say later that it was told, and its loss must be told to those alone who knew it.
   */
  adopt(connection: Connection, code: string, id: string): void {
    const held: Held = { kind: "id", code, id };
    if (connection.holdsId(code, id) || connection.subscriptions >= this.#ports.limits.maxSubscriptions) return;
    this.#ports.index.add("id", code, id, connection);
    this.#hold(connection, held);
    connection.adopted.add(held);
    this.#ports.rows.correctInOrder(connection, [held]);
  }

  /** Without any container of the type, nobody wants its rows that came through one. */
  #adoptedBy(connection: Connection, code: string | undefined): Held[] {
    const containers = new Set(
      connection.holdings.list(code).flatMap((held) => (held.kind === "within" ? [held.code] : [])),
    );
    return connection.adopted.list(code).filter((held) => !containers.has(held.code));
  }

  /** Indexed already. */
  #hold(connection: Connection, held: Held): void {
    connection.dormant.delete(held);
    this.#unwatch(connection, held);
    connection.holdings.add(held);
  }

  #sleep(connection: Connection, held: Held): void {
    if (connection.dormant.has(held)) return;
    connection.dormant.add(held);
    this.#unwatch(connection, held);
    this.#ports.sleepers.add(held.kind, held.code, held.id, connection);
  }

  #unwatch(connection: Connection, { kind, code, id }: Held): void {
    this.#ports.sleepers.delete(kind, code, id, connection);
  }

  /** False when there is none. */
  #forgetOneDormant(connection: Connection): boolean {
    const held = connection.dormant.first();
    if (!held) return false;
    this.#endDormant(connection, held);
    this.#ports.rows.correctInOrder(connection, [held]);
    return true;
  }

  /** Those that were held. */
  #drop(connection: Connection, named: readonly Held[]): Held[] {
    const dropped = named.filter((held) => connection.holdings.delete(held));
    for (const held of dropped) connection.adopted.delete(held);
    this.#unindex(connection, dropped);
    return dropped;
  }

  /** False when it is not dormant. */
  #endDormant(connection: Connection, held: Held): boolean {
    if (!connection.dormant.delete(held)) return false;
    this.#unwatch(connection, held);
    return true;
  }

  /** Signals that came while it was open whether the subscription stands: those it covers and that are news. */
  #deliverKept(connection: Connection, pending: Pending, readable: Readable): void {
    // First: what came through a container that is lost by now must not be told any more.
    for (const { code, id } of pending.withdrawn) this.revokeContainer(connection, code, id);
    for (const { code, id, change } of pending.kept.values()) {
      if (change) connection.deliver(change);
      // A refused id is named by SUBSCRIBED already.
      else if (!pending.holdings.has({ kind: "id", code, id }) || readable.versions.has(id))
        this.revoke(connection, code, id);
    }
    connection.flush();
  }

  /** What the client holds can no longer be vouched for: it holds nothing any more, and is asked to subscribe again. */
  reset(connection: Connection, reason: ResetMessage["payload"]["reason"]): void {
    // No cursor until then: it would say that nothing was missed.
    connection.mustReset = true;
    connection.enqueue(async () => {
      if (!connection.open) return;
      const ended = everything(connection);
      this.#forgetAll(connection);
      connection.forgetSignals();
      connection.send({ type: "RESET", payload: { reason } });
      this.#ports.countReset(reason);
      await this.#ports.rows.correct(connection, ended);
    });
  }

  /** Rows of an open connection are missing, and nobody else took it over: writes them again. */
  restore(connection: Connection): void {
    connection.enqueue(async () => {
      if (!connection.open) return;
      connection.session.created = false;
      const rows = everything(connection).map((held) => ({ ...held, dormant: connection.dormant.has(held) }));
      if (!(await this.#ports.rows.put(connection, rows))) this.#ports.rows.replaced(connection);
    });
  }

  async #unsubscribe(connection: Connection, { id: correlationId, payload }: UnsubscribeMessage): Promise<void> {
    const { entityCode: code, entityIds, within } = payload;
    if (!connection.holdings.hasCode(code) && !connection.dormant.hasCode(code))
      await this.#requireType(code, correlationId);
    const named: Held[] =
      entityIds || within
        ? [
            ...canonical(entityIds).map((id) => ({ kind: "id", code, id }) as const),
            ...canonical(within).map((id) => ({ kind: "within", code, id }) as const),
          ]
        : everything(connection, code);
    await this.#end(connection, named, { ...(correlationId && { id: correlationId }), code });
  }

  async #end(connection: Connection, named: readonly Held[], answer: { id?: string; code?: string }): Promise<void> {
    const ended = this.#drop(connection, named);
    const forgotten = named.filter((held) => this.#endDormant(connection, held));
    const adopted = this.#drop(connection, this.#adoptedBy(connection, answer.code));
    await this.#ports.rows.correct(connection, [...ended, ...forgotten, ...adopted]);
    const message: UnsubscribedMessage = {
      type: "UNSUBSCRIBED",
      ...(answer.id && { id: answer.id }),
      payload: { ...(answer.code && { entityCode: answer.code }), count: ended.length },
    };
    connection.send(message);
  }

  /** The user may no longer read a row: tells it; a subscription to it is dormant from here on. */
  revoke(connection: Connection, code: string, id: string): void {
    this.#withdraw(connection, { kind: "id", code, id });
    connection.tellGone(code, id);
  }

  /** The user may no longer read a container. */
  revokeContainer(connection: Connection, code: string, id: string): void {
    const held: Held = { kind: "within", code, id };
    if (connection.pending?.holdings.has(held)) connection.pending.withdrawn.push(held);
    if (this.#withdraw(connection, held)) connection.tellGone(code, id);
  }

  #withdraw(connection: Connection, held: Held): boolean {
    if (this.#drop(connection, [held]).length === 0) return false;
    this.#sleep(connection, held);
    // A SUBSCRIBE that came before may bring it back; what is written is what is held by then.
    this.#ports.rows.correctInOrder(connection, [held]);
    return true;
  }

  /** Takes a connection out of memory, at the moment its socket closes. Its rows go with the session. */
  forget(connection: Connection): void {
    this.abandon(connection);
    this.#forgetAll(connection);
  }

  #forgetAll(connection: Connection): void {
    this.#drop(connection, connection.holdings.list());
    for (const one of connection.dormant.list()) this.#endDormant(connection, one);
  }

  #unindex(connection: Connection, held: readonly Held[]): void {
    for (const { kind, code, id } of held) this.#ports.index.delete(kind, code, id, connection);
  }

  async #requireType(code: string, correlationId: string | undefined): Promise<void> {
    let known: boolean;
    try {
      known = await this.#ports.knows(code);
    } catch (error) {
      this.#ports.onError(error);
      throw new UpMessageError("unavailable", "The database cannot be reached.", correlationId);
    }
    if (!known) throw new UpMessageError("unknown_entity", `No entity type has the code "${code}".`, correlationId);
  }
}

const everything = ({ holdings, dormant }: Connection, code?: string): Held[] => [
  ...holdings.list(code),
  ...dormant.list(code),
];
