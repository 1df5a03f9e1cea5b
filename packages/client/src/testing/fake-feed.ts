import type { DownMessage } from "@heliograph/protocol";

type Action = "CREATE" | "UPDATE" | "DELETE";

type FeedItem = {
  readonly position: number;
  readonly entityCode: string;
  readonly entityId: string;
  readonly action: Action;
  /** Who hears of it: holders of any of these subscriptions. */
  readonly names: readonly string[];
};

/** Subscriptions as the server has them. They outlive the socket, and so does what was taken away, by the same names. */
export type FakeSession = {
  readonly id: string;
  readonly subscriptions: Set<string>;
  readonly withdrawn: Map<string, { readonly entityCode: string; readonly entityId: string }>;
};

/** What was signalled since the beginning, so that a session can be told what it missed. Positions are versions. */
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

  /** Another history begins: no earlier cursor means anything in it. */
  cut(): void {
    this.#oldest = this.next();
  }

  /** Messages for what the session missed, one per entity and in no special order; undefined if that is not known. */
  since(cursor: string, session: FakeSession): DownMessage[] | undefined {
    const from = Number(cursor);
    if (!(from >= this.#oldest && from <= this.#head)) return undefined;
    const latest = new Map<string, DownMessage>();
    for (const item of this.#items) {
      if (item.position <= from) continue;
      const key = `${item.entityCode}:${item.entityId}`;
      const message = toMessage(item, session);
      if (!message) continue;
      // Later changes move to the end, which mixes the order of the log as coalescing does.
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
