import type { ListQuery } from "../api/list-query.ts";
import type { EntityData, StoredEntity } from "../store/entity-store.ts";
import { matches, orderOf } from "./local-query.ts";

export type OptimisticRowsPorts = {
  readonly query: ListQuery;
  readonly deciding: ReadonlySet<string> | undefined;
  /** Ids of rows that are shown otherwise than the server has them. */
  readonly touched: () => readonly string[];
  readonly peek: (id: string) => StoredEntity | null | undefined;
};

/**
 * Puts rows with unsent changes where the server will list them: creates in, edits to their new place, rows that no
 * longer match out. Rows stay where they were put after their acknowledgment, until the server has listed them itself.
 */
export class OptimisticRows {
  readonly #ports: OptimisticRowsPorts;
  /** Rows that were touched since the server's last listing, and when the last change of them was acknowledged. */
  readonly #kept = new Map<string, number>();

  constructor(ports: OptimisticRowsPorts) {
    this.#ports = ports;
  }

  /** Rows that have to be looked at beside those that the server listed. */
  get ids(): Iterable<string> {
    return this.#kept.keys();
  }

  /**
   * Takes note of what is touched now.
   *
   * @param stamp of this moment, in the count by which listings are numbered
   * @returns whether there are rows to be looked at that were not before
   */
  note(stamp: number): boolean {
    const before = this.#kept.size;
    // As long as it is touched no listing covers it.
    for (const id of this.#ports.touched()) this.#kept.set(id, Number.POSITIVE_INFINITY);
    const touched = new Set(this.#ports.touched());
    for (const [id, at] of this.#kept)
      if (at === Number.POSITIVE_INFINITY && !touched.has(id)) this.#kept.set(id, stamp);
    return this.#kept.size !== before;
  }

  /** The server has listed everything that was acknowledged before this. */
  listed(stamp: number): void {
    for (const [id, at] of this.#kept) if (at < stamp) this.#kept.delete(id);
  }

  /**
   * @param listed rows in the server's order, as they are shown now
   * @param partly there are further rows behind them, which the device does not know
   */
  place(listed: readonly EntityData[], partly: boolean): readonly EntityData[] {
    if (this.#kept.size === 0) return listed;
    const placed: EntityData[] = [];
    const known = new Map(listed.map((row) => [row["id"] as string, row]));
    const out = new Set<string>();
    for (const id of this.#kept.keys()) {
      const row = this.#ports.peek(id);
      const belongs = row?.data ? matches(row.data, this.#ports.query) : false;
      if (known.has(id)) {
        if (belongs === false) out.add(id);
        else if (row?.data && belongs && this.#moved(row)) placed.push(row.data);
      } else if (row?.data && belongs) placed.push(row.data);
    }
    if (placed.length === 0 && out.size === 0) return listed;
    for (const row of placed) out.add(row["id"] as string);
    const rest = listed.filter((row) => !out.has(row["id"] as string));
    const order = orderOf(this.#ports.query, rest);
    placed.sort(order);
    return inserted(rest, placed, order, partly);
  }

  /** Did the unsent change, or the one just acknowledged, touch what decides about the place? */
  #moved({ base, data, pending }: StoredEntity): boolean {
    const { deciding } = this.#ports;
    if (pending === 0 || !deciding || !base || !data) return true;
    return [...deciding].some((column) => base[column] !== data[column]);
  }
}

function inserted(
  rest: readonly EntityData[],
  placed: readonly EntityData[],
  order: (a: EntityData, b: EntityData) => number,
  partly: boolean,
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
  // Behind the last known row there may be others in between: where exactly is for the server to say.
  return partly ? items : [...items, ...placed.slice(next)];
}
