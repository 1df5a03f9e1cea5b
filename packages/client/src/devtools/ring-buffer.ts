/** The latest items, at most so many: what a tool keeps must not grow with the time a page is open. */
export class RingBuffer<Item> {
  readonly #capacity: number;
  #items: Item[] = [];

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  push(item: Item): void {
    this.#items.push(item);
    // Cut in large pieces: one by one would move the whole array for every frame.
    if (this.#items.length >= 2 * this.#capacity) this.#items = this.#items.slice(-this.#capacity);
  }

  /** Oldest first. */
  items(): readonly Item[] {
    return this.#items.slice(-this.#capacity);
  }

  clear(): void {
    this.#items = [];
  }
}
