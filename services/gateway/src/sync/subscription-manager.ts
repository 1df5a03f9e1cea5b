import type {
  SubscribedMessage,
  SubscribeMessage,
  UnsubscribedMessage,
  UnsubscribeMessage,
  UpMessage,
} from "@heliograph/protocol";
import { closeCodes } from "@heliograph/protocol";
import type { Clock } from "./clock.ts";
import type { Connection, Pending } from "./connection.ts";
import type { Held } from "./holdings.ts";
import type { Limits } from "./limits.ts";
import type { Readable, RightsReader } from "./rights-reader.ts";
import type { Session } from "./session.ts";
import type { SubscriptionIndex } from "./subscription-index.ts";
import { UpMessageError } from "./up-message.ts";

/** Subscriptions as rows. Every call is conditional on the session. */
export type SubscriptionRows = {
  /** False when the session belongs to somebody else by now, or was given up: then nothing was written. */
  add(session: Session, held: readonly Held[]): Promise<boolean>;
  remove(session: Session, held: readonly Held[]): Promise<void>;
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
  /** Seconds that a SUBSCRIBE took. */
  readonly observeSubscribe: (seconds: number) => void;
};

/** Pause before a failed removal of rows is tried again, milliseconds. */
const removalRetryMs = 2000;

const canonical = (ids: readonly string[] | undefined): string[] => [
  ...new Set((ids ?? []).map((id) => id.toLowerCase())),
];

/**
 * What a connection holds: in memory, which decides who is told, and as rows, which record it. The order of SUBSCRIBE is
 * what closes the window between reading and listening: register in memory, write the rows, then read the versions. A
 * change that commits before that read is seen by it; one that commits later is sequenced later and finds the
 * registration.
 */
export class SubscriptionManager {
  readonly #ports: SubscriptionManagerPorts;
  /** Rows whose removal failed; a later subscription to the same takes its entry out again. */
  readonly #stray = new WeakMap<Connection, Map<string, Held>>();

  constructor(ports: SubscriptionManagerPorts) {
    this.#ports = ports;
  }

  /** Handles one message; the caller keeps a connection's messages in order. @throws {UpMessageError} */
  async handle(connection: Connection, message: UpMessage): Promise<void> {
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

    const pending = this.#register(connection, code, fresh);
    let readable: Readable;
    try {
      // Also those already held: rows that were lost (a crash empties nothing here, an operator may) come back.
      if (!(await this.#ports.rows.add(connection.session, wanted))) {
        connection.close(closeCodes.restart.code, "the session was given up");
        return;
      }
      readable = await this.#ports.rights.read(connection.user, code, { ids, within });
    } catch (error) {
      this.#ports.onError(error);
      connection.pending = null;
      this.#unindex(connection, fresh);
      // Whether they were written is unknown: a lost connection hides the outcome.
      this.#removeRows(connection, fresh).catch(this.#ports.onError);
      throw new UpMessageError("unavailable", "The database cannot be reached; nothing was subscribed.", correlationId);
    }
    if (!connection.open) return;

    const may = (held: Held): boolean =>
      held.kind === "id" ? readable.versions.has(held.id) : readable.containers.has(held.id);
    const refused = wanted.filter((held) => !may(held));
    if (refused.length > 0) {
      for (const held of refused) connection.holdings.delete(held);
      this.#unindex(connection, refused);
      await this.#removeRows(connection, refused);
      if (!connection.open) return;
    }
    for (const held of fresh) if (may(held)) connection.holdings.add(held);
    connection.pending = null;
    connection.reads.note(code, readable.versions);
    const versions = new Map(payload.entityIds?.map((id, at) => [id.toLowerCase(), payload.versions?.[at]]));
    connection.send(
      subscribed({ correlationId, code, count: wanted.length - refused.length, refused, readable, versions }),
    );
    this.#deliverKept(connection, pending, readable);
    this.#ports.observeSubscribe((this.#ports.clock.now() - startedAt) / 1000);
  }

  #register(connection: Connection, code: string, fresh: readonly Held[]): Pending {
    const of = (kind: Held["kind"]): Set<string> =>
      new Set(fresh.filter((held) => held.kind === kind).map((held) => held.id));
    const pending: Pending = { code, ids: of("id"), within: of("within"), kept: new Map() };
    connection.pending = pending;
    for (const held of fresh) {
      this.#ports.index.add(held.kind, held.code, held.id, connection);
      this.#stray.get(connection)?.delete(strayKey(held));
    }
    return pending;
  }

  /** Signals that came while it was open whether the subscription stands: those it covers and that are news. */
  #deliverKept(connection: Connection, pending: Pending, readable: Readable): void {
    for (const [id, change] of pending.kept) {
      if (change === null) {
        // A refused id is named by SUBSCRIBED already.
        if (!pending.ids.has(id) || readable.versions.has(id)) this.revoke(connection, pending.code, id);
        continue;
      }
      connection.deliver(change);
    }
    connection.flush();
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
      connection.enqueue(() => this.#removeRows(connection, [held]));
    }
    connection.tellGone(code, id);
  }

  /** The user may no longer read a container. */
  revokeContainer(connection: Connection, code: string, id: string): void {
    const held: Held = { kind: "within", code, id };
    if (!connection.holdings.delete(held)) return;
    this.#unindex(connection, [held]);
    connection.enqueue(() => this.#removeRows(connection, [held]));
    connection.tellGone(code, id);
  }

  /** Takes a connection out of memory, at the moment its socket closes. Its rows go with the session. */
  forget(connection: Connection): void {
    const { pending } = connection;
    this.#unindex(connection, connection.holdings.list());
    for (const held of connection.holdings.list()) connection.holdings.delete(held);
    if (!pending) return;
    connection.pending = null;
    for (const id of pending.ids) this.#ports.index.delete("id", pending.code, id, connection);
    for (const id of pending.within) this.#ports.index.delete("within", pending.code, id, connection);
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
      await this.#ports.rows.remove(connection.session, held);
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
  const changed = [...of.readable.versions]
    .filter(([id, version]) => of.versions.get(id) !== version)
    .map(([entityId, version]) => ({ entityId, version }));
  return {
    type: "SUBSCRIBED",
    ...(of.correlationId && { id: of.correlationId }),
    payload: { entityCode: of.code, count: of.count, changed, gone: of.refused.map(({ id }) => id) },
  };
}
