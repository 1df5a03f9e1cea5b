/**
 * A set of listeners. One that throws does not keep the others from being called. `emit` calls the listeners that it finds,
 * except those that are removed meanwhile: their owners have stopped.
 */
export class Emitter<Value> {
  readonly #listeners = new Set<(value: Value) => void>();

  /** How many listeners there are. */
  get size(): number {
    return this.#listeners.size;
  }

  /** Adds a listener; the returned function removes it. */
  on(listener: (value: Value) => void): () => void {
    // Wrapped, so that a function added twice is called twice and removed once.
    const own = (value: Value) => listener(value);
    this.#listeners.add(own);
    return () => void this.#listeners.delete(own);
  }

  emit(value: Value): void {
    for (const listener of [...this.#listeners]) {
      if (!this.#listeners.has(listener)) continue;
      try {
        listener(value);
      } catch (error) {
        // Rethrown outside of the caller's work, which a faulty listener must not stop halfway.
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}
