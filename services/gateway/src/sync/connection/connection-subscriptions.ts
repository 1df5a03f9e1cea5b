/** What a subscription is to: a single row by its id, or every row of a type within a container. */
export type SubscriptionKind = "id" | "within";

type IdsByKind = Record<SubscriptionKind, Set<string>>;

/** One subscription: to a row by its id, or to every row of a type inside a container, whose id then stands in `entityId`. */
export interface Subscription {
  readonly kind: SubscriptionKind;
  readonly entityCode: string;
  readonly entityId: string;
}

/** What one connection is subscribed to, by entity code. */
export class ConnectionSubscriptions {
  readonly #byEntityCode = new Map<string, IdsByKind>();
  #count = 0;

  get count(): number {
    return this.#count;
  }

  has({ kind, entityCode, entityId }: Subscription): boolean {
    return this.#byEntityCode.get(entityCode)?.[kind].has(entityId) ?? false;
  }

  hasCode(entityCode: string): boolean {
    return this.#byEntityCode.has(entityCode);
  }

  add({ kind, entityCode, entityId }: Subscription): void {
    let ids = this.#byEntityCode.get(entityCode);
    if (!ids) {
      ids = { id: new Set(), within: new Set() };
      this.#byEntityCode.set(entityCode, ids);
    }
    if (ids[kind].has(entityId)) return;
    ids[kind].add(entityId);
    this.#count += 1;
  }

  /** Any one of them; undefined when there is none. */
  first(): Subscription | undefined {
    for (const [entityCode, ids] of this.#byEntityCode) {
      for (const entityId of ids.id) return { kind: "id", entityCode, entityId };
      for (const entityId of ids.within) return { kind: "within", entityCode, entityId };
    }
    return undefined;
  }

  /** @returns false when the subscription did not exist */
  delete({ kind, entityCode, entityId }: Subscription): boolean {
    const ids = this.#byEntityCode.get(entityCode);
    if (!ids?.[kind].delete(entityId)) return false;
    this.#count -= 1;
    if (ids.id.size + ids.within.size === 0) this.#byEntityCode.delete(entityCode);
    return true;
  }

  /** All subscriptions, or all of one entity code. A copy: the caller may delete while it iterates. */
  list(ofEntityCode?: string): Subscription[] {
    const subscriptions: Subscription[] = [];
    for (const [entityCode, ids] of this.#byEntityCode) {
      if (ofEntityCode !== undefined && entityCode !== ofEntityCode) continue;
      for (const entityId of ids.id) subscriptions.push({ kind: "id", entityCode, entityId });
      for (const entityId of ids.within) subscriptions.push({ kind: "within", entityCode, entityId });
    }
    return subscriptions;
  }
}
