import { type HintItem, logAction } from "@heliograph/protocol";
import { type Change, changeOf } from "./change.ts";
import type { Connection } from "./connection.ts";
import { FrameCache } from "./frame.ts";
import type { Rights } from "./rights.ts";
import type { SubscriptionIndex } from "./subscription-index.ts";
import type { User } from "./user.ts";

export type FanOutPorts = {
  readonly index: SubscriptionIndex<Connection>;
  readonly rights: Pick<Rights, "check" | "checkEverything" | "isWaiting">;
  /** The users of a person on this pod, one per organization. */
  readonly usersOf: (personId: string) => Iterable<User>;
};

/** Entity code of the rows that tell of changed memberships; no entity type has it. */
const membershipCode = "person";

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
    for (const item of items) {
      if (item.c === membershipCode) {
        // The organization of the membership is noted as its container.
        for (const user of this.#ports.usersOf(item.e))
          if (item.k.length === 0 || item.k.includes(user.organizationId)) this.#ports.rights.checkEverything(user);
        continue;
      }
      this.#applyItem(item, touched);
    }
    const frames = new FrameCache();
    for (const connection of touched) connection.flush(frames);
  }

  #applyItem(item: HintItem, touched: Set<Connection>): void {
    const { index, rights } = this.#ports;
    this.#tick += 1;
    let change: Change | undefined;
    const hit = (connection: Connection, throughId: boolean): void => {
      // The row and one or more of its containers may all be held by the same socket: it is told once.
      if (connection.mark === this.#tick || !connection.open) return;
      connection.mark = this.#tick;
      // An id whose subscription is pending proves nothing yet. Without a container the change is kept until it does; with
      // one it would go out through the container, so it is judged like any other row of the container.
      const byId =
        throughId &&
        (connection.holdings.has({ kind: "id", code: item.c, id: item.e }) ||
          !connection.holdsContainer(item.c, item.k));
      const judged = mustJudge(connection, item, byId);
      if (judged || rights.isWaiting(connection.user, item.c, item.e)) {
        rights.check(connection.user, item, connection, judged);
        return;
      }
      change ??= changeOf(item);
      connection.deliverUnjudged(change, item.r);
      touched.add(connection);
    };
    index.each("id", item.c, item.e, (connection) => hit(connection, true));
    for (const container of item.k) index.each("within", item.c, container, (connection) => hit(connection, false));
  }
}

/** Whether rights must be read before this socket is told. */
function mustJudge(connection: Connection, item: HintItem, byId: boolean): boolean {
  if (item.x) return true;
  // A deleted row cannot be read any more.
  if (item.a === logAction.delete) return false;
  if (!byId) return item.r;
  // Somebody may have created the row again, elsewhere or privately, under an id that this socket still holds.
  return item.a === logAction.create && (item.r || !connection.holdsContainer(item.c, item.k));
}
