import { type HintItem, logAction } from "@heliograph/protocol";
import { isRights, wasCreated } from "@heliograph/server-kit";
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
  apply(items: readonly HintItem[]): void {
    const touched = new Set<Connection>();
    for (const item of rightsFirst(items)) {
      if (item.c === membershipCode) {
        for (const user of this.#ports.usersOf(item.e))
          if (isMembershipOf(item, user)) this.#ports.rights.checkEverything(user);
        continue;
      }
      this.#applyItem(item, touched);
    }
    const frames = new FrameCache();
    for (const connection of touched) connection.flush(frames);
  }

  /** Brings to one socket what changed while it was away, under the same rules. */
  replay(connection: Connection, items: readonly HintItem[]): void {
    const { rights } = this.#ports;
    if (items.some((item) => isMembershipOf(item, connection.user))) rights.checkEverything(connection.user);
    for (const item of rightsFirst(items)) {
      if (!connection.holdsId(item.c, item.e) && !connection.holdsContainer(item.c, item.k)) continue;
      // Nothing is pending any more.
      const byId = connection.holdings.has({ kind: "id", code: item.c, id: item.e });
      if (this.#admit(connection, item, byId)) connection.deliverUnjudged(changeOf(item), item.r);
    }
    connection.flush();
  }

  #applyItem(item: HintItem, touched: Set<Connection>): void {
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
      connection.deliverUnjudged(change, item.r);
      touched.add(connection);
    };
    index.each("id", item.c, item.e, (connection) => hit(connection, true));
    for (const container of item.k) index.each("within", item.c, container, (connection) => hit(connection, false));
  }

  /** Has read again what is dormant and may be readable from this change on: the row itself, or what is inside it. */
  #stir(item: HintItem): void {
    const { sleepers, rights } = this.#ports;
    const wakes = (item.x && item.a !== logAction.delete) || wasCreated(item);
    const id: Held = { kind: "id", code: item.c, id: item.e };
    sleepers.each("id", item.c, item.e, (connection) => {
      if (!connection.open) return;
      if (connection.pending?.holdings.has(id)) {
        if (wakes) connection.pending.stirred.push(id);
      }
      // What comes during a read that may wake it must be told after that, if it does.
      else if (wakes || rights.isWaiting(connection.user, item.c, item.e))
        rights.check(connection.user, item, connection, wakes);
    });
    if (!wakes) return;
    for (const code of sleepers.codes())
      sleepers.each("within", code, item.e, (connection) => {
        const within: Held = { kind: "within", code, id: item.e };
        if (!connection.open) return;
        if (connection.pending?.holdings.has(within)) connection.pending.stirred.push(within);
        else rights.stir(connection.user, [within], item.t);
      });
  }

  /** Whether the socket may be told at once; what must wait for a read is told after it. */
  #admit(connection: Connection, item: HintItem, byId: boolean): boolean {
    const { rights } = this.#ports;
    const judged = mustJudge(connection, item, byId);
    if (!judged && !rights.isWaiting(connection.user, item.c, item.e)) return true;
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
function rightsFirst(items: readonly HintItem[]): readonly HintItem[] {
  if (!items.some(({ x }) => x)) return items;
  const keyOf = ({ c, e }: HintItem): string => entityKey(c, e);
  const rechecked = new Set(items.filter(({ x }) => x).map(keyOf));
  const changes = items.filter((item) => !isRights(item));
  return [
    ...items.filter(isRights),
    ...changes.filter((item) => rechecked.has(keyOf(item))),
    ...changes.filter((item) => !rechecked.has(keyOf(item))),
  ];
}

/**
 * Whether the socket holds the row by its id in a way that counts. An id whose subscription is pending proves nothing yet:
 * without a container the change is kept until it does; with one it would go out through the container, so it is judged
 * like any other row of the container.
 */
function vouchesById(connection: Connection, { c, e, k }: HintItem): boolean {
  if (connection.holdings.has({ kind: "id", code: c, id: e })) return true;
  return connection.holdsId(c, e) && !connection.holdsContainer(c, k);
}

/** Whether rights must be read before this socket is told. */
function mustJudge(connection: Connection, item: HintItem, byId: boolean): boolean {
  // Until a socket has begun afresh it may hold what was granted, or lay in its organization, in a history that is lost.
  if (item.x || connection.mustReset) return true;
  // A deleted row cannot be read any more, but whether the user could read it can still be found out.
  if (!byId) return item.r;
  // Somebody may have created the row again, elsewhere or privately, under an id that this socket still holds; and he may
  // have deleted it again.
  return wasCreated(item);
}
