import type { EntityDoc } from "../api/register.ts";

type Pending = ReturnType<typeof Promise.withResolvers<EntityDoc | null>>;

/** The `confirmed` promises of writes made in this tab, by operation key. They settle when the server has answered. */
export class PendingConfirmations {
  readonly #pending = new Map<string, Pending>();

  /** Writes with the same key share one promise. */
  of(key: string): Promise<EntityDoc | null> {
    let pending = this.#pending.get(key);
    if (!pending) {
      pending = Promise.withResolvers<EntityDoc | null>();
      // Callers may ignore the promise. The failure is in the attention list too, so it must not end as unhandled.
      pending.promise.catch(() => {});
      this.#pending.set(key, pending);
    }
    return pending.promise;
  }

  has(key: string): boolean {
    return this.#pending.has(key);
  }

  resolve(key: string, doc: EntityDoc | null): void {
    this.#pending.get(key)?.resolve(doc);
    this.#pending.delete(key);
  }

  reject(key: string, error: Error): void {
    this.#pending.get(key)?.reject(error);
    this.#pending.delete(key);
  }
}
