import type { ListQuery } from "../api/list-query.ts";
import type { EntityData } from "../store/entity-data.ts";
import type { StoredEntity } from "../store/entity-store.ts";
import { matches, orderOf } from "./local-query.ts";

export interface OptimisticRowsPorts {
  readonly query: ListQuery;
  /** See `placementColumns`. */
  readonly placementColumns: ReadonlySet<string> | undefined;
  /** Ids of the rows that views show with unsent changes. */
  readonly pendingIds: () => readonly string[];
  readonly peek: (id: string) => StoredEntity | null | undefined;
}

/**
 * Places rows with unsent changes where the server will list them: it inserts created rows, moves edited rows and removes
 * rows that no longer match. An acknowledged row keeps that place until the server has listed it.
 */
export class OptimisticRows {
  readonly #ports: OptimisticRowsPorts;
  /**
   * Rows with unsent changes since the server's latest listing, with the stamp at which the last of these changes was
   * acknowledged; infinity while one is unsent.
   */
  readonly #recent = new Map<string, number>();

  constructor(ports: OptimisticRowsPorts) {
    this.#ports = ports;
  }

  /** Rows to observe besides those that the server listed. */
  get ids(): Iterable<string> {
    return this.#recent.keys();
  }

  /**
   * Records which rows have unsent changes now.
   *
   * @param stamp the refetcher's current stamp
   * @returns whether the set of rows to observe changed
   */
  update(stamp: number): boolean {
    const before = this.#recent.size;
    const pending = new Set(this.#ports.pendingIds());
    // No listing contains a change that is not sent.
    for (const id of pending) this.#recent.set(id, Number.POSITIVE_INFINITY);
    for (const [id, at] of this.#recent)
      if (at === Number.POSITIVE_INFINITY && !pending.has(id)) this.#recent.set(id, stamp);
    return this.#recent.size !== before;
  }

  /** A listing that began at this stamp is shown: it contains everything that was acknowledged before. */
  listed(stamp: number): void {
    for (const [id, at] of this.#recent) if (at < stamp) this.#recent.delete(id);
  }

  /**
   * @param listed rows in the server's order, with unsent changes applied
   * @param hasMore there are more rows behind them, which the device does not know
   */
  place(listed: readonly EntityData[], hasMore: boolean): readonly EntityData[] {
    if (this.#recent.size === 0) return listed;
    const placed: EntityData[] = [];
    const known = new Map(listed.map((row) => [row["$id"] as string, row]));
    const out = new Set<string>();
    for (const id of this.#recent.keys()) {
      const row = this.#ports.peek(id);
      const belongs = row?.data ? matches(row.data, this.#ports.query) : false;
      if (known.has(id)) {
        if (belongs === false) out.add(id);
        else if (row?.data && belongs && this.#moved(row)) placed.push(row.data);
      } else if (row?.data && belongs) placed.push(row.data);
    }
    if (placed.length === 0 && out.size === 0) return listed;
    for (const row of placed) out.add(row["$id"] as string);
    const rest = listed.filter((row) => !out.has(row["$id"] as string));
    const order = orderOf(this.#ports.query, rest);
    placed.sort(order);
    return inserted(rest, placed, order, hasMore);
  }

  /** True when the unsent change, or the one just acknowledged, changed a placement column. */
  #moved({ base, data, pending }: StoredEntity): boolean {
    const { placementColumns } = this.#ports;
    if (pending === 0 || !placementColumns || !base || !data) return true;
    return [...placementColumns].some((column) => base[column] !== data[column]);
  }
}

function inserted(
  rest: readonly EntityData[],
  placed: readonly EntityData[],
  order: (a: EntityData, b: EntityData) => number,
  hasMore: boolean,
): readonly EntityData[] {
  const items: EntityData[] = [];
  let next = 0;
  for (const row of rest) {
    for (let own = placed[next]; own && order(own, row) < 0; own = placed[next]) {
      items.push(own);
      next += 1;
    }
    items.push(row);
  }
  // Behind the last known row only the server knows the order, so no row is placed there.
  return hasMore ? items : [...items, ...placed.slice(next)];
}
