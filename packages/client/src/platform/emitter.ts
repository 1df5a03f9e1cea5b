/** A list of listeners. One that throws does not keep the others from being called. */
export class Emitter<Value> {
  readonly #listeners = new Set<(value: Value) => void>();

  get size(): number {
    return this.#listeners.size;
  }

  on(listener: (value: Value) => void): () => void {
    // Wrapped, so that the same function added twice is called twice and removed once.
    const own = (value: Value) => listener(value);
    this.#listeners.add(own);
    return () => void this.#listeners.delete(own);
  }

  emit(value: Value): void {
    for (const listener of [...this.#listeners]) {
      try {
        listener(value);
      } catch (error) {
        // Reported as uncaught, outside of our own work, which must not stop half way.
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}
