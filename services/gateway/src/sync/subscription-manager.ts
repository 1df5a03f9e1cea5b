import type {
  SubscribedMessage,
  SubscribeMessage,
  UnsubscribedMessage,
  UnsubscribeMessage,
  UpMessage,
} from "@heliograph/protocol";
import { closeCodes, type ResetMessage } from "@heliograph/protocol";
import type { Clock } from "./clock.ts";
import type { Connection } from "./connection.ts";
import { type Held, Holdings } from "./holdings.ts";
import type { Limits } from "./limits.ts";
import type { Pending } from "./pending.ts";
import type { Readable, RightsReader } from "./rights-reader.ts";
import type { Session } from "./session.ts";
import type { SubscriptionIndex } from "./subscription-index.ts";
import { UpMessageError } from "./up-message.ts";

/** Subscriptions as rows. Every call is conditional on the session. */
export type SubscriptionRows = {
  /** False when the session belongs to somebody else by now, or was given up: then nothing was written. */
  add(session: Session, held: readonly Held[]): Promise<boolean>;
  /** False as for `add`. */
  remove(session: Session, held: readonly Held[]): Promise<boolean>;
};

export type SubscriptionManagerPorts = {
  readonly index: SubscriptionIndex<Connection>;
  readonly rows: SubscriptionRows;
  readonly rights: RightsReader;
  /** Whether an entity type exists. @throws when that cannot be found out */
  readonly knows: (code: string) => Promise<boolean>;
  readonly limits: Limits;
  readonly clock: Clock;
  readonly onError: (error: unknown) => void;
  readonly countReset: (reason: ResetMessage["payload"]["reason"]) => void;
  /** Seconds that a SUBSCRIBE took. */
  readonly observeSubscribe: (seconds: number) => void;
};

/** Pause before a failed removal of rows is tried again, milliseconds. */
const removalRetryMs = 2000;

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
 * Rows are written after the read, and only for what may be read: they outlive the socket, and a client that drops its
 * socket in the middle of a SUBSCRIBE must not find itself holding, after RESUME, what nobody has checked. They are
 * written before SUBSCRIBED: what a client was told to hold, it can resume. Rights that are withdrawn between the two are
 * sequenced after the cursor that the client has, so RESUME reads them again.
 */
export class SubscriptionManager {
  readonly #ports: SubscriptionManagerPorts;
  /** Rows whose removal failed; a later subscription to the same takes its entry out again. */
  readonly #stray = new WeakMap<Connection, Map<string, Held>>();

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
        return this.#end(connection, connection.holdings.list(), { ...(message.id && { id: message.id }) });
      case "PING":
        return connection.send({ type: "PONG", ...(message.id && { id: message.id }) });
    }
  }

  async #subscribe(connection: Connection, { id: correlationId, payload }: SubscribeMessage): Promise<void> {
    const startedAt = this.#ports.clock.now();
    const code = payload.entityCode;
    if (payload.versions && payload.versions.length !== payload.entityIds?.length)
      throw new UpMessageError("invalid_message", "payload.versions has another length than entityIds.", correlationId);
    if (!payload.entityIds && !payload.within)
      throw new UpMessageError("invalid_message", "payload names neither entityIds nor within.", correlationId);
    await this.#requireType(code, correlationId);
    const ids = canonical(payload.entityIds);
    const within = canonical(payload.within);
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

    const pending = this.register(connection, fresh);
    const may = (held: Held): boolean =>
      held.kind === "id" ? readable.versions.has(held.id) : readable.containers.has(held.id);
    let readable: Readable;
    let refused: Held[];
    try {
      readable = await this.#ports.rights.read(connection.user, code, { ids, within });
      if (!connection.open) return;
      refused = wanted.filter((held) => !may(held));
      const lost = refused.filter((held) => connection.holdings.delete(held));
      this.#unindex(connection, refused);
      await this.#removeRows(connection, lost);
      // Also those already held: rows that were lost (a crash empties nothing here, an operator may) come back.
      const written = wanted.length === 0 || (await this.#ports.rows.add(connection.session, wanted.filter(may)));
      if (!written) return this.#replaced(connection);
    } catch (error) {
      this.#ports.onError(error);
      connection.pending = null;
      this.#unindex(connection, fresh);
      // Whether they were written is unknown: a lost connection hides the outcome.
      this.#removeRows(connection, fresh).catch(this.#ports.onError);
      throw new UpMessageError("unavailable", "The database cannot be reached; nothing was subscribed.", correlationId);
    }
    if (!connection.open) return;
    for (const held of fresh) if (may(held)) connection.holdings.add(held);
    // Also what was held before and was withdrawn by another read in the meantime: it is not held any more.
    refused = wanted.filter((held) => !connection.holdings.has(held));
    connection.pending = null;
    connection.reads.note(code, readable.versions);
    const versions = new Map(payload.entityIds?.map((id, at) => [id.toLowerCase(), payload.versions?.[at]]));
    connection.send(
      subscribed({ correlationId, code, count: wanted.length - refused.length, refused, readable, versions }),
    );
    this.#deliverKept(connection, pending, readable);
    this.#ports.observeSubscribe((this.#ports.clock.now() - startedAt) / 1000);
  }

  /** Takes part in the fan-out from here on; the signals are kept until the caller knows what stands. */
  register(connection: Connection, fresh: readonly Held[]): Pending {
    const pending: Pending = { holdings: new Holdings(), kept: new Map(), withdrawn: [] };
    connection.pending = pending;
    for (const held of fresh) {
      pending.holdings.add(held);
      this.#ports.index.add(held.kind, held.code, held.id, connection);
      this.#stray.get(connection)?.delete(strayKey(held));
    }
    return pending;
  }

  /** All that is pending stands. */
  settle(connection: Connection): void {
    for (const held of connection.pending?.holdings.list() ?? []) connection.holdings.add(held);
    connection.pending = null;
  }

  /** Nothing that is pending stands. */
  abandon(connection: Connection): void {
    this.#unindex(connection, connection.pending?.holdings.list() ?? []);
    connection.pending = null;
  }

  /** Signals that came while it was open whether the subscription stands: those it covers and that are news. */
  #deliverKept(connection: Connection, pending: Pending, readable: Readable): void {
    for (const { code, id, change } of pending.kept.values()) {
      if (change) connection.deliver(change);
      // A refused id is named by SUBSCRIBED already.
      else if (!pending.holdings.has({ kind: "id", code, id }) || readable.versions.has(id))
        this.revoke(connection, code, id);
    }
    for (const { code, id } of pending.withdrawn) this.revokeContainer(connection, code, id);
    connection.flush();
  }

  /** What the client holds can no longer be vouched for: it holds nothing any more, and is asked to subscribe again. */
  reset(connection: Connection, reason: ResetMessage["payload"]["reason"]): void {
    // No cursor until then: it would say that nothing was missed.
    connection.mustReset = true;
    connection.enqueue(async () => {
      if (!connection.open) return;
      const held = connection.holdings.list();
      for (const one of held) connection.holdings.delete(one);
      this.#unindex(connection, held);
      connection.forgetSignals();
      connection.send({ type: "RESET", payload: { reason } });
      this.#ports.countReset(reason);
      await this.#removeRows(connection, held);
    });
  }

  /** The rows of an open connection are missing, and nobody else took it over: writes them again. */
  restore(connection: Connection): void {
    connection.enqueue(async () => {
      if (!connection.open) return;
      const { session } = connection;
      session.created = false;
      if (!(await this.#ports.rows.add(session, connection.holdings.list()))) this.#replaced(connection);
    });
  }

  /** Whether rows of what is no longer held may still be there. */
  hasStray(connection: Connection): boolean {
    return (this.#stray.get(connection)?.size ?? 0) > 0;
  }

  #replaced(connection: Connection): void {
    connection.close(closeCodes.replaced.code, "another socket took this connection over");
  }

  async #unsubscribe(connection: Connection, { id: correlationId, payload }: UnsubscribeMessage): Promise<void> {
    const { entityCode: code, entityIds, within } = payload;
    if (!connection.holdings.hasCode(code)) await this.#requireType(code, correlationId);
    const named: Held[] =
      entityIds || within
        ? [
            ...canonical(entityIds).map((id) => ({ kind: "id", code, id }) as const),
            ...canonical(within).map((id) => ({ kind: "within", code, id }) as const),
          ]
        : connection.holdings.list(code);
    await this.#end(connection, named, { ...(correlationId && { id: correlationId }), code });
  }

  async #end(connection: Connection, named: readonly Held[], answer: { id?: string; code?: string }): Promise<void> {
    const ended = named.filter((held) => connection.holdings.delete(held));
    this.#unindex(connection, ended);
    await this.#removeRows(connection, ended);
    const message: UnsubscribedMessage = {
      type: "UNSUBSCRIBED",
      ...(answer.id && { id: answer.id }),
      payload: { ...(answer.code && { entityCode: answer.code }), count: ended.length },
    };
    connection.send(message);
  }

  /** The user may no longer read a row: tells it, and ends the subscription to it if there is one. */
  revoke(connection: Connection, code: string, id: string): void {
    const held: Held = { kind: "id", code, id };
    if (connection.holdings.delete(held)) {
      this.#unindex(connection, [held]);
      this.#removeRowsInOrder(connection, held);
    }
    connection.tellGone(code, id);
  }

  /** The user may no longer read a container. */
  revokeContainer(connection: Connection, code: string, id: string): void {
    const held: Held = { kind: "within", code, id };
    if (connection.pending?.holdings.has(held)) connection.pending.withdrawn.push(held);
    if (!connection.holdings.delete(held)) return;
    this.#unindex(connection, [held]);
    this.#removeRowsInOrder(connection, held);
    connection.tellGone(code, id);
  }

  #removeRowsInOrder(connection: Connection, held: Held): void {
    connection.enqueue(async () => {
      // A SUBSCRIBE that came before this may have brought it back.
      if (!connection.holdings.has(held)) await this.#removeRows(connection, [held]);
    });
  }

  /** Takes a connection out of memory, at the moment its socket closes. Its rows go with the session. */
  forget(connection: Connection): void {
    this.abandon(connection);
    this.#unindex(connection, connection.holdings.list());
    for (const held of connection.holdings.list()) connection.holdings.delete(held);
  }

  #unindex(connection: Connection, held: readonly Held[]): void {
    for (const { kind, code, id } of held) this.#ports.index.delete(kind, code, id, connection);
  }

  /**
   * A failure is not the client's business: memory decides who is told. The rows are removed later, in the connection's
   * own order, so that the removal cannot hit a subscription made since.
   */
  async #removeRows(connection: Connection, held: readonly Held[]): Promise<void> {
    if (held.length === 0 || !connection.session.created) return;
    try {
      if (!(await this.#ports.rows.remove(connection.session, held))) this.#replaced(connection);
    } catch (error) {
      this.#ports.onError(error);
      const stray = this.#stray.get(connection) ?? new Map<string, Held>();
      const scheduled = stray.size > 0;
      for (const one of held) stray.set(strayKey(one), one);
      this.#stray.set(connection, stray);
      if (!scheduled) this.#retryLater(connection, stray);
    }
  }

  #retryLater(connection: Connection, stray: Map<string, Held>): void {
    this.#ports.clock.after(removalRetryMs, () => {
      connection.enqueue(async () => {
        if (!connection.open) return;
        const held = [...stray.values()].filter((one) => !connection.holdings.has(one));
        stray.clear();
        await this.#removeRows(connection, held);
      });
    });
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

const strayKey = ({ kind, code, id }: Held): string => `${kind}:${code}:${id}`;

function subscribed(of: {
  correlationId: string | undefined;
  code: string;
  count: number;
  refused: readonly Held[];
  readable: Readable;
  versions: ReadonlyMap<string, number | undefined>;
}): SubscribedMessage {
  const gone = new Set(of.refused.map(({ id }) => id));
  const changed = [...of.readable.versions]
    .filter(([id, version]) => of.versions.get(id) !== version && !gone.has(id))
    .map(([entityId, version]) => ({ entityId, version }));
  return {
    type: "SUBSCRIBED",
    ...(of.correlationId && { id: of.correlationId }),
    payload: { entityCode: of.code, count: of.count, changed, gone: [...gone] },
  };
}
