import type { Kind } from "./subscription-index.ts";

type OfCode = Record<Kind, Set<string>>;

/** A subscription as a row names it. */
export type Held = { readonly kind: Kind; readonly code: string; readonly id: string };

/** What one connection holds, by entity code. */
export class Holdings {
  readonly #codes = new Map<string, OfCode>();
  #count = 0;

  get count(): number {
    return this.#count;
  }

  has({ kind, code, id }: Held): boolean {
    return this.#codes.get(code)?.[kind].has(id) ?? false;
  }

  hasCode(code: string): boolean {
    return this.#codes.has(code);
  }

  add({ kind, code, id }: Held): void {
    let ofCode = this.#codes.get(code);
    if (!ofCode) {
      ofCode = { id: new Set(), within: new Set() };
      this.#codes.set(code, ofCode);
    }
    if (ofCode[kind].has(id)) return;
    ofCode[kind].add(id);
    this.#count += 1;
  }

  /** Any one of them; undefined when there is none. */
  first(): Held | undefined {
    for (const [code, ofCode] of this.#codes) {
      for (const id of ofCode.id) return { kind: "id", code, id };
      for (const id of ofCode.within) return { kind: "within", code, id };
    }
    return undefined;
  }

  /** False when it was not held. */
  delete({ kind, code, id }: Held): boolean {
    const ofCode = this.#codes.get(code);
    if (!ofCode?.[kind].delete(id)) return false;
    this.#count -= 1;
    if (ofCode.id.size + ofCode.within.size === 0) this.#codes.delete(code);
    return true;
  }

  /** Everything, or everything of one entity code. A copy: the caller may delete while it walks. */
  list(code?: string): Held[] {
    const held: Held[] = [];
    for (const [name, ofCode] of this.#codes) {
      if (code !== undefined && name !== code) continue;
      for (const id of ofCode.id) held.push({ kind: "id", code: name, id });
      for (const id of ofCode.within) held.push({ kind: "within", code: name, id });
    }
    return held;
  }
}
