import { type ListQuery, toSearchParams } from "../api/list-query.ts";
import type { ListPorts } from "./list-ports.ts";
import { LiveList } from "./live-list.ts";

/** Number of lists without listeners that are kept for a return to the view. They hold only ids. */
const maxIdle = 50;

/** Keeps one live list per query, however many views show it. */
export class ListCache {
  readonly #ports: ListPorts;
  readonly #lists = new Map<string, LiveList>();
  /**
   * Lists with listeners, apart from the cache. A view may begin to listen long after it got its list, and the list may have
   * been dropped from the cache meanwhile. It must still be notified of changes.
   */
  readonly #active = new Set<LiveList>();

  constructor(ports: ListPorts) {
    this.#ports = ports;
  }

  get(entityCode: string, query: ListQuery, within: string | undefined): LiveList {
    const id = `${entityCode}?${toSearchParams(query)}#${within ?? ""}`;
    let list = this.#lists.get(id);
    if (list) {
      this.#lists.delete(id); // moved to the end: the order of the map is the order of use
    } else {
      list = new LiveList({ id, entityCode, query, within }, this.#ports, (found, active) => {
        if (active) this.#active.add(found);
        else this.#active.delete(found);
      });
      this.#dropIdle();
    }
    this.#lists.set(id, list);
    return list;
  }

  active(): readonly LiveList[] {
    return [...this.#active];
  }

  ofType(entityCode: string): readonly LiveList[] {
    return this.active().filter((list) => list.spec.entityCode === entityCode);
  }

  /** Something that `stale` of every list depends on changed. */
  refresh(): void {
    for (const list of this.#active) list.refresh();
  }

  markStale(entityCode: string): void {
    for (const list of this.ofType(entityCode)) list.markStale();
  }

  /**
   * A SUBSCRIBED message listed rows that changed. The server does not signal such a change again, although it may have
   * moved the row into a list that was fetched before.
   */
  reconciled(entityCode: string, changes: readonly { readonly entityId: string }[]): void {
    const updates = changes.map(({ entityId }) => ({ entityId, action: "UPDATE" }));
    for (const list of this.ofType(entityCode)) list.invalidate(updates);
  }

  /** The subscriptions to these containers are confirmed. */
  subscribed(entityCode: string, containers: readonly string[]): void {
    for (const list of this.ofType(entityCode)) {
      if (list.spec.within !== undefined && containers.includes(list.spec.within)) list.subscribed();
    }
  }

  #dropIdle(): void {
    let idle = 0;
    for (const list of this.#lists.values()) if (!list.active) idle += 1;
    for (const [id, list] of this.#lists) {
      if (idle < maxIdle) return;
      if (list.active) continue;
      this.#lists.delete(id);
      idle -= 1;
    }
  }
}
