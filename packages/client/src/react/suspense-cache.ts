import type { Heliograph } from "../core/client.ts";

/** How long what a suspended view waited for is held after it is there: its mounting follows within moments. */
const lingerMs = 5_000;

type Source = {
  snapshot(): { readonly status: string };
  subscribe(listener: () => void): () => void;
};

/**
 * For `use` when there is nothing to wait for: React wants it called in every render, also in the one after the wait. The
 * fields are those that React itself puts on a promise whose end it has seen, so it does not wait for this one.
 */
export const alreadyLoaded: Promise<void> = Object.assign(Promise.resolve(), {
  status: "fulfilled",
  value: undefined,
});

const waiting = new WeakMap<Heliograph, Map<string, Promise<void>>>();

/**
 * A promise for the end of "loading", the same for every render that asks. A suspended view has no effects, so it cannot
 * subscribe: what it waits for is kept live on its behalf.
 */
export function whenLoaded(client: Heliograph, key: string, source: Source): Promise<void> {
  const all = waiting.get(client) ?? new Map<string, Promise<void>>();
  waiting.set(client, all);
  const held = all.get(key);
  if (held) return held;
  const { promise, resolve } = Promise.withResolvers<void>();
  const look = () => {
    if (source.snapshot().status !== "loading") resolve();
  };
  const leave = source.subscribe(look);
  look();
  void promise.then(() =>
    setTimeout(() => {
      all.delete(key);
      leave();
    }, lingerMs),
  );
  all.set(key, promise);
  return promise;
}
