import type { EntityStore } from "../store/entity-store.ts";
import { openStore } from "./open-store.ts";

/**
 * The open databases of this page. They live on the global object, not in this module: a module that is replaced during
 * development would forget them, and opening the same database a second time fails.
 */
const registryKey = Symbol.for("heliograph.stores");

type Registry = Map<string, Promise<EntityStore>>;

function registry(): Registry {
  const holder = globalThis as { [registryKey]?: Registry };
  holder[registryKey] ??= new Map();
  return holder[registryKey];
}

/** The store of that name, opened on the first call; every further call, also React's second mount, gets the same. */
export function sharedStore(name: string): Promise<EntityStore> {
  const stores = registry();
  let store = stores.get(name);
  if (!store) {
    store = openStore(name);
    stores.set(name, store);
  }
  return store;
}

/** Closes all stores but the named one: after a change of user nothing of the previous one stays open. */
export async function closeOtherStores(name: string): Promise<void> {
  const stores = registry();
  const others = [...stores].filter(([other]) => other !== name);
  for (const [other] of others) stores.delete(other);
  await Promise.allSettled(others.map(async ([, store]) => (await store).close()));
}
