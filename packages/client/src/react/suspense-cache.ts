import type { Heliograph } from "../core/client.ts";

/** How long a source stays subscribed after it has loaded, milliseconds. The suspended view mounts within that time. */
const lingerMs = 5_000;

interface Source {
  snapshot(): { readonly status: string };
  subscribe(listener: () => void): () => void;
}

/**
 * A promise for `use` when nothing is loading, because React requires the same hooks in every render. The fields are those
 * that React sets on a settled promise, so it does not suspend on this one.
 */
export const alreadyLoaded: Promise<void> = Object.assign(Promise.resolve(), {
  status: "fulfilled",
  value: undefined,
});

const pending = new WeakMap<Heliograph, Map<string, Promise<void>>>();

/**
 * A promise that resolves when the source is no longer "loading"; the same for every render with this key. A suspended
 * view has no effects and cannot subscribe, so the source is subscribed here on its behalf.
 */
export function whenLoaded(client: Heliograph, key: string, source: Source): Promise<void> {
  const all = pending.get(client) ?? new Map<string, Promise<void>>();
  pending.set(client, all);
  const held = all.get(key);
  if (held) return held;
  const { promise, resolve } = Promise.withResolvers<void>();
  const check = () => {
    if (source.snapshot().status !== "loading") resolve();
  };
  const leave = source.subscribe(check);
  check();
  void promise.then(() =>
    setTimeout(() => {
      all.delete(key);
      leave();
    }, lingerMs),
  );
  all.set(key, promise);
  return promise;
}
