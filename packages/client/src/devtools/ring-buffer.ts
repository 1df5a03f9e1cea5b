/** Keeps the latest items up to a fixed number, so that memory does not grow with the time a page is open. */
export class RingBuffer<Item> {
  readonly #capacity: number;
  #items: Item[] = [];

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  push(item: Item): void {
    this.#items.push(item);
    // Trimmed in large steps: removing one item at a time would move the whole array for every push.
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
