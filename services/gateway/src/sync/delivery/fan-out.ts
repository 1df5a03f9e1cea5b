import { logAction } from "@heliograph/protocol";
import { includesCreation, isRightsChange, type LogChange } from "@heliograph/server-kit";
import { containerName } from "@heliograph/shared/container";
import { entityKey } from "@heliograph/shared/entity-key";
import type { Connection, User } from "../connection/connection.ts";
import type { Subscription } from "../connection/connection-subscriptions.ts";
import { FrameCache } from "../connection/frame-cache.ts";
import { createSignal, type Signal } from "../connection/signal.ts";
import { isMembershipOf, membershipCode } from "../feed/missed-changes.ts";
import type { RightsGate } from "../rights/rights-gate.ts";
import type { SubscriptionIndex } from "../subscriptions/subscription-index.ts";

export interface FanOutPorts {
  readonly index: SubscriptionIndex<Connection>;
  readonly refusedIndex: SubscriptionIndex<Connection>;
  readonly rights: Pick<RightsGate, "check" | "recheckAll" | "mustWait" | "recheckRefused">;
  /** The users of a person on this gateway, one per organization. */
  readonly usersOf: (personId: string) => Iterable<User>;
}

/** Delivers a batch of changes to the subscribed sockets, and has rights read first where they may have changed. */
export class FanOut {
  readonly #ports: FanOutPorts;
  /** Counts the changes, so that a socket can be marked with the last one that hit it. */
  #tick = 0;

  constructor(ports: FanOutPorts) {
    this.#ports = ports;
  }

  /** Flushes each socket once per batch, so that a thousand changed rows are one frame and not a thousand. */
  apply(changes: readonly LogChange[]): void {
    const touched = new Set<Connection>();
    for (const change of rightsFirst(changes)) {
      if (change.entityCode === membershipCode) {
        for (const user of this.#ports.usersOf(change.entityId))
          if (isMembershipOf(change, user)) this.#ports.rights.recheckAll(user);
        continue;
      }
      this.#applyChange(change, touched);
    }
    const frames = new FrameCache();
    for (const connection of touched) connection.flush(frames);
  }

  /** Delivers to one socket what changed while the client was away, under the same rules. */
  replay(connection: Connection, changes: readonly LogChange[]): void {
    const { rights } = this.#ports;
    if (changes.some((change) => isMembershipOf(change, connection.user))) rights.recheckAll(connection.user);
    for (const change of rightsFirst(changes)) {
      const { entityCode, entityId, containerIds } = change;
      if (!connection.holdsId(entityCode, entityId) && !connection.holdsContainer(entityCode, containerIds)) continue;
      // Nothing is pending any more.
      const byId = connection.subscribed.has({ kind: "id", entityCode, entityId });
      if (this.#admit(connection, change, byId)) connection.deliverUnchecked(createSignal(change), change.restricted);
    }
    connection.flush();
  }

  #applyChange(change: LogChange, touched: Set<Connection>): void {
    const { index, refusedIndex } = this.#ports;
    const { entityCode, entityId, containerIds } = change;
    this.#tick += 1;
    // First, so that a row that is also hit through a container waits for the same read and is delivered once.
    if (refusedIndex.size > 0) this.#recheckRefused(change);
    let signal: Signal | undefined;
    const hit = (connection: Connection, throughId: boolean): void => {
      // A socket may be subscribed to the row and to several of its containers; it receives one signal.
      if (connection.lastHit === this.#tick || !connection.open) return;
      connection.lastHit = this.#tick;
      if (!this.#admit(connection, change, throughId && vouchesById(connection, change))) return;
      signal ??= createSignal(change);
      connection.deliverUnchecked(signal, change.restricted);
      touched.add(connection);
    };
    index.each("id", entityCode, entityId, (connection) => hit(connection, true));
    for (const container of containerIds)
      index.each("within", entityCode, container, (connection) => hit(connection, false));
  }

  /** Has refused subscriptions read again that this change may make readable: to the row, or to rows inside it. */
  #recheckRefused(change: LogChange): void {
    const { refusedIndex, rights } = this.#ports;
    const { entityCode, entityId } = change;
    const mayRestore = (change.recheck && change.action !== logAction.delete) || includesCreation(change);
    const byId: Subscription = { kind: "id", entityCode, entityId };
    refusedIndex.each("id", entityCode, entityId, (connection) => {
      if (!connection.open) return;
      if (connection.pending?.subscriptions.has(byId)) {
        if (mayRestore) connection.pending.recheck.push(byId);
      }
      // A change that arrives during a read which may restore the subscription must be delivered after it.
      else if (mayRestore || rights.mustWait(connection.user, entityCode, entityId))
        rights.check(connection.user, change, connection, mayRestore);
    });
    if (!mayRestore) return;
    const container = containerName(entityCode, entityId);
    for (const containedCode of refusedIndex.entityCodes())
      refusedIndex.each("within", containedCode, container, (connection) => {
        const within: Subscription = { kind: "within", entityCode: containedCode, entityId: container };
        if (!connection.open) return;
        if (connection.pending?.subscriptions.has(within)) connection.pending.recheck.push(within);
        else rights.recheckRefused(connection.user, [within], change.changedAt);
      });
  }

  /** Whether the change may be delivered immediately; otherwise it is delivered after a read of rights. */
  #admit(connection: Connection, change: LogChange, byId: boolean): boolean {
    const { rights } = this.#ports;
    const mustRead = mustReadRights(connection, change, byId);
    if (!mustRead && !rights.mustWait(connection.user, change.entityCode, change.entityId)) return true;
    rights.check(connection.user, change, connection, mustRead);
    return false;
  }
}

/**
 * Sorts changes of entities whose rights may have changed before all others: a change stands for all log rows of its entity
 * in the batch, including those after a user lost the right to them, and must wait for the read. Grants and revocations,
 * which stand beside the changes of an entity, come before those. Changes keep their order, because a row that was created
 * again follows the deletion of the one before.
 */
function rightsFirst(changes: readonly LogChange[]): readonly LogChange[] {
  if (!changes.some(({ recheck }) => recheck)) return changes;
  const keyOf = ({ entityCode, entityId }: LogChange): string => entityKey(entityCode, entityId);
  const rechecked = new Set(changes.filter(({ recheck }) => recheck).map(keyOf));
  const others = changes.filter((change) => !isRightsChange(change));
  return [
    ...changes.filter(isRightsChange),
    ...others.filter((change) => rechecked.has(keyOf(change))),
    ...others.filter((change) => !rechecked.has(keyOf(change))),
  ];
}

/**
 * Whether the subscription by id proves the right to the row. A pending one proves nothing yet: without a container the
 * signal is deferred until it does; with one it would go out through the container, so it is treated like any other row of
 * the container.
 */
function vouchesById(connection: Connection, { entityCode, entityId, containerIds }: LogChange): boolean {
  if (connection.subscribed.has({ kind: "id", entityCode, entityId })) return true;
  return connection.holdsId(entityCode, entityId) && !connection.holdsContainer(entityCode, containerIds);
}

/** Whether rights must be read before this socket receives the change. */
function mustReadRights(connection: Connection, change: LogChange, byId: boolean): boolean {
  // Until its RESET a socket may be subscribed to what was granted, or was in its organization, before the log was replaced.
  if (change.recheck || connection.mustReset) return true;
  // A deleted row cannot be read any more, but whether the user could read it can still be found out.
  if (!byId) return change.restricted;
  // The row may have been created again, elsewhere or privately, under an id that this socket still holds, and deleted again.
  return includesCreation(change);
}
