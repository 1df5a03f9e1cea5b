/** What is held: a single row, or every row of a type inside a container. */
export type Kind = "id" | "within";

/** Almost every row has one holder: it then lies in the map itself, without a list around it. */
type Slot<Holder> = Holder | Holder[] | Set<Holder>;
type ByCode<Holder> = Record<Kind, Map<string, Slot<Holder>>>;

/**
 * From here on a list becomes a set: removing from a list is linear, and when a pod loses ten thousand sockets at once,
 * all of them leave the list of the same organization.
 */
const longestList = 16;

/**
 * Who holds which row or container, for the whole pod. Kept as small as a Map allows, because subscriptions and not
 * sockets fill a pod's memory: one string key and one reference per row with a single holder.
 */
export class SubscriptionIndex<Holder extends object> {
  readonly #codes = new Map<string, ByCode<Holder>>();
  #size = 0;

  /** Subscriptions of all holders together. */
  get size(): number {
    return this.#size;
  }

  /** Codes of which something is or was held. */
  codes(): Iterable<string> {
    return this.#codes.keys();
  }

  /** A holder is entered once per entity; the caller knows what it holds. */
  add(kind: Kind, code: string, id: string, holder: Holder): void {
    let ofCode = this.#codes.get(code);
    if (!ofCode) {
      ofCode = { id: new Map(), within: new Map() };
      this.#codes.set(code, ofCode);
    }
    const slots = ofCode[kind];
    const slot = slots.get(id);
    this.#size += 1;
    if (slot === undefined) slots.set(id, holder);
    else if (slot instanceof Set) slot.add(holder);
    else if (!Array.isArray(slot)) slots.set(id, [slot, holder]);
    else if (slot.length < longestList) slot.push(holder);
    else slots.set(id, new Set(slot).add(holder));
  }

  delete(kind: Kind, code: string, id: string, holder: Holder): void {
    const slots = this.#codes.get(code)?.[kind];
    const slot = slots?.get(id);
    if (!slots || slot === undefined) return;
    if (slot instanceof Set) {
      if (!slot.delete(holder)) return;
      if (slot.size === 0) slots.delete(id);
    } else if (Array.isArray(slot)) {
      const at = slot.indexOf(holder);
      if (at < 0) return;
      slot.splice(at, 1);
      if (slot.length === 0) slots.delete(id);
    } else {
      if (slot !== holder) return;
      slots.delete(id);
    }
    this.#size -= 1;
  }

  /** Calls `visit` for each holder. `visit` may remove the holder it is called with. */
  each(kind: Kind, code: string, id: string, visit: (holder: Holder) => void): void {
    const slot = this.#codes.get(code)?.[kind].get(id);
    if (slot === undefined) return;
    if (slot instanceof Set) for (const holder of slot) visit(holder);
    else if (Array.isArray(slot)) for (const holder of slot.slice()) visit(holder);
    else visit(slot);
  }
}
