import type { EntityDoc } from "../api/register.ts";
import type { StoredEntity } from "../store/entity-store.ts";
import type { Glimpse } from "../store/live-entities.ts";

/**
 * By what the server has placed each listed row: tells when a row's own new content may have moved it. An order by a
 * column that others edit changes without any row coming or going.
 */
export class RowPlacement {
  readonly #deciding: ReadonlySet<string> | undefined;
  readonly #peek: (id: string) => Glimpse;
  readonly #seen = new Map<string, { readonly row: StoredEntity; readonly text: string }>();
  /** Rows whose own new content may have moved them since the last complete listing. */
  readonly #moved = new Set<string>();

  /** @param deciding columns that decide about place and membership; undefined: any may */
  constructor(deciding: ReadonlySet<string> | undefined, peek: (id: string) => Glimpse) {
    this.#deciding = deciding;
    this.#peek = peek;
  }

  /**
   * Notes by what an answer has placed its rows.
   *
   * @returns whether a row was written here while the answer was under way: it may be placed by its older content
   */
  note(listed: readonly string[], docs: ReadonlyMap<string, EntityDoc>, startedAt: number): boolean {
    const kept = new Set(listed);
    for (const id of this.#seen.keys()) if (!kept.has(id)) this.#seen.delete(id);
    let overtaken = false;
    for (const [id, doc] of docs) {
      const row = this.#peek(id);
      if (!row) continue;
      if (row.ver > doc.version && row.seenAt >= startedAt) overtaken = true;
      this.#seen.set(id, { row, text: this.#textOf(row) });
    }
    return overtaken;
  }

  /** Has any of these rows moved since the last call, as far as its content tells? */
  moved(listed: readonly string[]): boolean {
    let moved = false;
    for (const id of listed) {
      const row = this.#peek(id);
      const before = this.#seen.get(id);
      // The same object is the same content: with a thousand rows on screen, all but one are passed over here.
      if (!row || !before || before.row === row) continue;
      const text = row.base ? this.#textOf(row) : "gone";
      this.#seen.set(id, { row, text });
      if (text === before.text) continue;
      this.#moved.add(id);
      moved = true;
    }
    return moved;
  }

  /** Rows of these that left for a reason other than their own content; begins a new count. */
  unexplained(left: readonly string[]): readonly string[] {
    const found = left.filter((id) => !this.#moved.has(id) && this.#peek(id)?.gone === false);
    this.#moved.clear();
    return found;
  }

  /** `base`, not `data`: the server orders by what it has, not by what this device has not sent yet. */
  #textOf({ ver, base }: StoredEntity): string {
    if (!this.#deciding) return String(ver);
    return JSON.stringify([...this.#deciding].map((column) => base?.[column] ?? null));
  }
}
