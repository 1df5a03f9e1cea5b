import type { EntityDoc } from "../api/register.ts";

type Waiting = ReturnType<typeof Promise.withResolvers<EntityDoc | null>>;

/** The promises of writes made in this tab, kept until the server's word on them is known. */
export class Confirmations {
  readonly #waiting = new Map<string, Waiting>();

  /** Writes that share a key share the promise. */
  of(key: string): Promise<EntityDoc | null> {
    let waiting = this.#waiting.get(key);
    if (!waiting) {
      waiting = Promise.withResolvers<EntityDoc | null>();
      // Nobody has to listen: what went wrong is in the attention list too.
      waiting.promise.catch(() => {});
      this.#waiting.set(key, waiting);
    }
    return waiting.promise;
  }

  has(key: string): boolean {
    return this.#waiting.has(key);
  }

  resolve(key: string, doc: EntityDoc | null): void {
    this.#waiting.get(key)?.resolve(doc);
    this.#waiting.delete(key);
  }

  reject(key: string, error: Error): void {
    this.#waiting.get(key)?.reject(error);
    this.#waiting.delete(key);
  }
}
