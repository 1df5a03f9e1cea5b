import type { DownMessage } from "@heliograph/protocol";

type Action = "CREATE" | "UPDATE" | "DELETE";

interface FeedItem {
  readonly position: number;
  readonly entityCode: string;
  readonly entityId: string;
  readonly action: Action;
  /** The change is sent to sessions with any of these subscriptions. */
  readonly names: readonly string[];
}

/** The subscriptions of a session and its revoked rows, by the same names. They outlive the socket. */
export interface FakeSession {
  readonly id: string;
  readonly subscriptions: Set<string>;
  readonly revoked: Map<string, { readonly entityCode: string; readonly entityId: string }>;
}

/** All changes so far, from which a session receives the ones that it missed. Positions are versions. */
export class FakeFeed {
  readonly #items: FeedItem[] = [];
  #head = 100;
  #oldest = 0;

  get head(): number {
    return this.#head;
  }

  next(): number {
    this.#head += 1;
    return this.#head;
  }

  add(item: FeedItem): void {
    this.#items.push(item);
  }

  /** Starts another log epoch, in which earlier cursors are invalid. */
  cut(): void {
    this.#oldest = this.next();
  }

  /** Messages for the changes that the session missed, one per row, in no particular order; undefined if unknown. */
  since(cursor: string, session: FakeSession): DownMessage[] | undefined {
    const from = Number(cursor);
    if (!(from >= this.#oldest && from <= this.#head)) return undefined;
    const latest = new Map<string, DownMessage>();
    for (const item of this.#items) {
      if (item.position <= from) continue;
      const key = `${item.entityCode}:${item.entityId}`;
      const message = toMessage(item, session);
      if (!message) continue;
      // Later changes move to the end, which changes the order of the log as coalescing does.
      latest.delete(key);
      latest.set(key, message);
    }
    return [...latest.values()].reverse();
  }
}

function toMessage(item: FeedItem, session: FakeSession): DownMessage | undefined {
  const { entityCode, entityId } = item;
  if (!item.names.some((name) => session.subscriptions.has(name))) return undefined;
  return invalidate(entityCode, entityId, item.action, item.position);
}

export function invalidate(entityCode: string, entityId: string, action: Action, version: number): DownMessage {
  return { type: "INVALIDATE", payload: { entityCode, changes: [{ entityId, action, version }], timestamp: "" } };
}
