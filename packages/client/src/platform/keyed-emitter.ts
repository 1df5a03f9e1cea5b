import { Emitter } from "@heliograph/shared/emitter";
import type { EntityKey } from "@heliograph/shared/entity-key";

/** Listeners by key, so that a change of one row does not re-render the views of all others. */
export class KeyedEmitter {
  readonly #emitters = new Map<EntityKey, Emitter<void>>();

  on(key: EntityKey, listener: () => void): () => void {
    let emitter = this.#emitters.get(key);
    if (!emitter) {
      emitter = new Emitter();
      this.#emitters.set(key, emitter);
    }
    const leave = emitter.on(listener);
    return () => {
      leave();
      if (emitter.size === 0 && this.#emitters.get(key) === emitter) this.#emitters.delete(key);
    };
  }

  emit(keys: Iterable<EntityKey>): void {
    for (const key of keys) this.#emitters.get(key)?.emit();
  }
}
