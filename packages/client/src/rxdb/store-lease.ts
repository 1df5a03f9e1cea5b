import type { EntityStore } from "../store/entity-store.ts";
import { deleteDatabase, deleteOtherDatabases } from "./database-deletion.ts";
import { openStore } from "./open-store.ts";

/**
 * Key of the open stores of this page on the global object. Module state would be lost when the module is replaced during
 * development, and opening the same database a second time fails.
 */
const registryKey = Symbol.for("heliograph.stores");

/**
 * How long a store stays open after its last lease, milliseconds. This covers React's double mount and a page that is
 * mounted again. Afterwards nothing is held open, so that another tab can delete the database of a user who signed out.
 */
const lingerMs = 2_000;

interface Shared {
  readonly opening: Promise<EntityStore>;
  leases: number;
  closing: ReturnType<typeof setTimeout> | undefined;
}
type Registry = Map<string, Shared>;

/** A store in use. Every lease must be released; the last release closes the store after a moment. */
export interface StoreLease {
  readonly store: Promise<EntityStore>;
  release(): void;
}

function registry(): Registry {
  const holder = globalThis as { [registryKey]?: Registry };
  holder[registryKey] ??= new Map();
  return holder[registryKey];
}

/** Leases the store of that name. The first lease opens it, and further ones share it, also React's second mount. */
export function leaseStore(name: string): StoreLease {
  const stores = registry();
  let shared = stores.get(name);
  if (!shared) {
    shared = { opening: openStore(name), leases: 0, closing: undefined };
    stores.set(name, shared);
    // Databases of earlier users are deleted after this one is open, so that the page shows rows first.
    void shared.opening.then(() => deleteOtherDatabases(name)).catch(() => {});
  }
  const mine = shared;
  mine.leases += 1;
  clearTimeout(mine.closing);
  let released = false;
  return {
    store: mine.opening,
    release() {
      if (released) return;
      released = true;
      mine.leases -= 1;
      if (mine.leases > 0) return;
      mine.closing = setTimeout(() => void close(name, mine), lingerMs);
    },
  };
}

/**
 * Deletes the database of a user who signs out: rows, lists and unsent writes. Views that still use it keep what they
 * show and store nothing more.
 */
export async function deleteStore(name: string): Promise<void> {
  const shared = registry().get(name);
  clearTimeout(shared?.closing);
  if (shared) await close(name, shared);
  await deleteDatabase(name);
}

async function close(name: string, shared: Shared): Promise<void> {
  if (registry().get(name) === shared) registry().delete(name);
  // A store that failed to open or close is not used any more, so the error can be ignored.
  await shared.opening.then((store) => store.close()).catch(() => {});
}
