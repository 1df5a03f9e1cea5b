import type { EntityDoc } from "../api/register.ts";
import type { StoredEntity } from "../store/entity-store.ts";
import type { CachedRow } from "../store/live-entities.ts";

/**
 * Records the values by which the server placed each listed row, and detects when new content of a row may have moved it.
 * In a list sorted by a column that other users edit, the order changes without any row being added or removed.
 */
export class RowPlacement {
  readonly #columns: ReadonlySet<string> | undefined;
  readonly #peek: (id: string) => CachedRow;
  readonly #seen = new Map<string, { readonly row: StoredEntity; readonly text: string }>();
  /** Rows that their own new content may have moved since the latest complete listing. */
  readonly #moved = new Set<string>();

  /** @param columns see `placementColumns` */
  constructor(columns: ReadonlySet<string> | undefined, peek: (id: string) => CachedRow) {
    this.#columns = columns;
    this.#peek = peek;
  }

  /**
   * Records the values by which a listing placed its rows.
   *
   * @param startedAt when the request was sent, milliseconds since 1970
   * @returns whether a row was stored with newer content since then: the listing may have placed it by its older content
   */
  update(listed: readonly string[], docs: ReadonlyMap<string, EntityDoc>, startedAt: number): boolean {
    const kept = new Set(listed);
    for (const id of this.#seen.keys()) if (!kept.has(id)) this.#seen.delete(id);
    let overtaken = false;
    for (const [id, doc] of docs) {
      const row = this.#peek(id);
      if (!row) continue;
      if (row.ver > doc.$version && row.seenAt >= startedAt) overtaken = true;
      this.#seen.set(id, { row, text: this.#textOf(row) });
    }
    return overtaken;
  }

  /** True when new content of one of these rows may have moved it since the last call. */
  moved(listed: readonly string[]): boolean {
    let moved = false;
    for (const id of listed) {
      const row = this.#peek(id);
      const before = this.#seen.get(id);
      // The same object has the same content. With a thousand rows on screen this skips all but one of them.
      if (!row || !before || before.row === row) continue;
      const text = row.base ? this.#textOf(row) : "gone";
      this.#seen.set(id, { row, text });
      if (text === before.text) continue;
      this.#moved.add(id);
      moved = true;
    }
    return moved;
  }

  /** Of the rows that left the list, those that left for a reason other than new content. Starts a new listing. */
  unexplained(left: readonly string[]): readonly string[] {
    const found = left.filter((id) => !this.#moved.has(id) && this.#peek(id)?.gone === false);
    this.#moved.clear();
    return found;
  }

  /** Uses `base`, not `data`: the server orders by its own content, without the unsent changes of this device. */
  #textOf({ ver, base }: StoredEntity): string {
    if (!this.#columns) return String(ver);
    return JSON.stringify([...this.#columns].map((column) => base?.[column] ?? null));
  }
}
