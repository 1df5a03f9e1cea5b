import { logAction } from "@heliograph/protocol";
import { includesCreation, isRightsChange, type LogChange } from "@heliograph/server-kit";
import { entityKey } from "@heliograph/shared/entity-key";
import { isMembershipOf, membershipCode } from "../feed/missed-changes.ts";
import type { Rights } from "../rights/rights-gate.ts";
import type { Connection } from "../socket/connection.ts";
import type { User } from "../socket/user.ts";
import type { Held } from "../subscriptions/connection-subscriptions.ts";
import type { SubscriptionIndex } from "../subscriptions/subscription-index.ts";
import { FrameCache } from "./frame-cache.ts";
import { type Change, changeOf } from "./signal.ts";

export type FanOutPorts = {
  readonly index: SubscriptionIndex<Connection>;
  readonly sleepers: SubscriptionIndex<Connection>;
  readonly rights: Pick<Rights, "check" | "checkEverything" | "isWaiting" | "stir">;
  /** The users of a person on this pod, one per organization. */
  readonly usersOf: (personId: string) => Iterable<User>;
};

/** Brings a batch of changes to the sockets that hold them, and has rights read first where they may have changed. */
export class FanOut {
  readonly #ports: FanOutPorts;
  /** Numbers the items, so that a socket can be marked with the last one that hit it. */
  #tick = 0;

  constructor(ports: FanOutPorts) {
    this.#ports = ports;
  }

  /** One flush per socket and batch, so a thousand changed rows are one frame and not a thousand. */
  apply(items: readonly LogChange[]): void {
    const touched = new Set<Connection>();
    for (const item of rightsFirst(items)) {
      if (item.entityCode === membershipCode) {
        for (const user of this.#ports.usersOf(item.entityId))
          if (isMembershipOf(item, user)) this.#ports.rights.checkEverything(user);
        continue;
      }
      this.#applyItem(item, touched);
    }
    const frames = new FrameCache();
    for (const connection of touched) connection.flush(frames);
  }

  /** Brings to one socket what changed while it was away, under the same rules. */
  replay(connection: Connection, items: readonly LogChange[]): void {
    const { rights } = this.#ports;
    if (items.some((item) => isMembershipOf(item, connection.user))) rights.checkEverything(connection.user);
    for (const item of rightsFirst(items)) {
      if (
        !connection.holdsId(item.entityCode, item.entityId) &&
        !connection.holdsContainer(item.entityCode, item.containerIds)
      )
        continue;
      // Nothing is pending any more.
      const byId = connection.holdings.has({ kind: "id", code: item.entityCode, id: item.entityId });
      if (this.#admit(connection, item, byId)) connection.deliverUnjudged(changeOf(item), item.restricted);
    }
    connection.flush();
  }

  #applyItem(item: LogChange, touched: Set<Connection>): void {
    const { index } = this.#ports;
    this.#tick += 1;
    // First, so that a row which is also hit through a container waits for the same read and is told once.
    if (this.#ports.sleepers.size > 0) this.#stir(item);
    let change: Change | undefined;
    const hit = (connection: Connection, throughId: boolean): void => {
      // The row and one or more of its containers may all be held by the same socket: it is told once.
      if (connection.mark === this.#tick || !connection.open) return;
      connection.mark = this.#tick;
      if (!this.#admit(connection, item, throughId && vouchesById(connection, item))) return;
      change ??= changeOf(item);
      connection.deliverUnjudged(change, item.restricted);
      touched.add(connection);
    };
    index.each("id", item.entityCode, item.entityId, (connection) => hit(connection, true));
    for (const container of item.containerIds)
      index.each("within", item.entityCode, container, (connection) => hit(connection, false));
  }

  /** Has read again what is dormant and may be readable from this change on: the row itself, or what is inside it. */
  #stir(item: LogChange): void {
    const { sleepers, rights } = this.#ports;
    const wakes = (item.recheck && item.action !== logAction.delete) || includesCreation(item);
    const id: Held = { kind: "id", code: item.entityCode, id: item.entityId };
    sleepers.each("id", item.entityCode, item.entityId, (connection) => {
      if (!connection.open) return;
      if (connection.pending?.holdings.has(id)) {
        if (wakes) connection.pending.stirred.push(id);
      }
      // What comes during a read that may wake it must be told after that, if it does.
      else if (wakes || rights.isWaiting(connection.user, item.entityCode, item.entityId))
        rights.check(connection.user, item, connection, wakes);
    });
    if (!wakes) return;
    for (const code of sleepers.codes())
      sleepers.each("within", code, item.entityId, (connection) => {
        const within: Held = { kind: "within", code, id: item.entityId };
        if (!connection.open) return;
        if (connection.pending?.holdings.has(within)) connection.pending.stirred.push(within);
        else rights.stir(connection.user, [within], item.changedAt);
      });
  }

  /** Whether the socket may be told at once; what must wait for a read is told after it. */
  #admit(connection: Connection, item: LogChange, byId: boolean): boolean {
    const { rights } = this.#ports;
    const judged = mustJudge(connection, item, byId);
    if (!judged && !rights.isWaiting(connection.user, item.entityCode, item.entityId)) return true;
    rights.check(connection.user, item, connection, judged);
    return false;
  }
}

/**
 * What may have changed rights before everything else: an item stands for all changes of a row in its batch, also for
 * those after somebody lost the right to hear of them, and has to wait for the read. Grants and revocations, which stand
 * beside the changes of an entity, before those; these in their order, for a row that was created again comes after the
 * deletion of the one before.
 */
function rightsFirst(items: readonly LogChange[]): readonly LogChange[] {
  if (!items.some(({ recheck }) => recheck)) return items;
  const keyOf = ({ entityCode, entityId }: LogChange): string => entityKey(entityCode, entityId);
  const rechecked = new Set(items.filter(({ recheck }) => recheck).map(keyOf));
  const changes = items.filter((item) => !isRightsChange(item));
  return [
    ...items.filter(isRightsChange),
    ...changes.filter((item) => rechecked.has(keyOf(item))),
    ...changes.filter((item) => !rechecked.has(keyOf(item))),
  ];
}

/**
 * Whether the socket holds the row by its id in a way that counts. An id whose subscription is pending proves nothing yet:
 * without a container the change is kept until it does; with one it would go out through the container, so it is judged
 * like any other row of the container.
 */
function vouchesById(connection: Connection, { entityCode, entityId, containerIds }: LogChange): boolean {
  if (connection.holdings.has({ kind: "id", code: entityCode, id: entityId })) return true;
  return connection.holdsId(entityCode, entityId) && !connection.holdsContainer(entityCode, containerIds);
}

/** Whether rights must be read before this socket is told. */
function mustJudge(connection: Connection, item: LogChange, byId: boolean): boolean {
  // Until a socket has begun afresh it may hold what was granted, or lay in its organization, in a history that is lost.
  if (item.recheck || connection.mustReset) return true;
  // A deleted row cannot be read any more, but whether the user could read it can still be found out.
  if (!byId) return item.restricted;
  // Somebody may have created the row again, elsewhere or privately, under an id that this socket still holds; and he may
  // have deleted it again.
  return includesCreation(item);
}
