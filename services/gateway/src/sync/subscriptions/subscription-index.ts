import type { SubscriptionKind } from "../connection/connection-subscriptions.ts";

/** Almost every row has one subscriber, which then lies in the map itself, without a list around it. */
type Slot<Subscriber> = Subscriber | Subscriber[] | Set<Subscriber>;
type SlotsByKind<Subscriber> = Record<SubscriptionKind, Map<string, Slot<Subscriber>>>;

/**
 * A longer list becomes a set. Removing from a list is linear, and when a gateway loses ten thousand sockets at once, all
 * of them leave the list of the same organization.
 */
const maxListLength = 16;

/**
 * Subscribers of each row and container, for the whole gateway. As small as a Map allows, because subscriptions and not
 * sockets fill a gateway's memory: one string key and one reference per row with a single subscriber.
 */
export class SubscriptionIndex<Subscriber extends object> {
  readonly #byEntityCode = new Map<string, SlotsByKind<Subscriber>>();
  #size = 0;

  /** Subscriptions of all subscribers together. */
  get size(): number {
    return this.#size;
  }

  /** Entity codes that have, or had, subscriptions. */
  entityCodes(): Iterable<string> {
    return this.#byEntityCode.keys();
  }

  /** Adds a subscriber that is not in the index under this key yet; the caller knows what it is subscribed to. */
  add(kind: SubscriptionKind, entityCode: string, entityId: string, subscriber: Subscriber): void {
    let byKind = this.#byEntityCode.get(entityCode);
    if (!byKind) {
      byKind = { id: new Map(), within: new Map() };
      this.#byEntityCode.set(entityCode, byKind);
    }
    const slots = byKind[kind];
    const slot = slots.get(entityId);
    this.#size += 1;
    if (slot === undefined) slots.set(entityId, subscriber);
    else if (slot instanceof Set) slot.add(subscriber);
    else if (!Array.isArray(slot)) slots.set(entityId, [slot, subscriber]);
    else if (slot.length < maxListLength) slot.push(subscriber);
    else slots.set(entityId, new Set(slot).add(subscriber));
  }

  delete(kind: SubscriptionKind, entityCode: string, entityId: string, subscriber: Subscriber): void {
    const slots = this.#byEntityCode.get(entityCode)?.[kind];
    const slot = slots?.get(entityId);
    if (!slots || slot === undefined) return;
    if (slot instanceof Set) {
      if (!slot.delete(subscriber)) return;
      if (slot.size === 0) slots.delete(entityId);
    } else if (Array.isArray(slot)) {
      const at = slot.indexOf(subscriber);
      if (at < 0) return;
      slot.splice(at, 1);
      if (slot.length === 0) slots.delete(entityId);
    } else {
      if (slot !== subscriber) return;
      slots.delete(entityId);
    }
    this.#size -= 1;
  }

  /** Calls `visit` for each subscriber. `visit` may remove the subscriber it is called with. */
  each(kind: SubscriptionKind, entityCode: string, entityId: string, visit: (subscriber: Subscriber) => void): void {
    const slot = this.#byEntityCode.get(entityCode)?.[kind].get(entityId);
    if (slot === undefined) return;
    if (slot instanceof Set) for (const subscriber of slot) visit(subscriber);
    else if (Array.isArray(slot)) for (const subscriber of slot.slice()) visit(subscriber);
    else visit(slot);
  }
}
