import type { EntityStore } from "../store/entity-store.ts";
import { forgetDatabase, forgetOthers } from "./database-deletion.ts";
import { openStore } from "./open-store.ts";

/**
 * The open databases of this page. They live on the global object, not in this module: a module that is replaced during
 * development would forget them, and opening the same database a second time fails.
 */
const registryKey = Symbol.for("heliograph.stores");

/**
 * How long a database outlives its last user. Covers React's double mount in development and a page that is mounted
 * anew; after it, nothing of somebody who signed out is held open, and another tab can remove the database.
 */
const lingerMs = 2_000;

type Shared = {
  readonly opening: Promise<EntityStore>;
  users: number;
  closing: ReturnType<typeof setTimeout> | undefined;
};
type Registry = Map<string, Shared>;

/** A database in use. Whoever has one must `release` it; the last release closes the database after a moment. */
export type StoreLease = { readonly store: Promise<EntityStore>; release(): void };

function registry(): Registry {
  const holder = globalThis as { [registryKey]?: Registry };
  holder[registryKey] ??= new Map();
  return holder[registryKey];
}

/** The store of that name, opened by the first lease; every further one, also React's second mount, gets the same. */
export function leaseStore(name: string): StoreLease {
  const stores = registry();
  let shared = stores.get(name);
  if (!shared) {
    shared = { opening: openStore(name), users: 0, closing: undefined };
    stores.set(name, shared);
    // Whoever used this browser before is somebody else now; but first this one wants to see something.
    void shared.opening.then(() => forgetOthers(name)).catch(() => {});
  }
  const mine = shared;
  mine.users += 1;
  clearTimeout(mine.closing);
  let released = false;
  return {
    store: mine.opening,
    release() {
      if (released) return;
      released = true;
      mine.users -= 1;
      if (mine.users > 0) return;
      mine.closing = setTimeout(() => void close(name, mine), lingerMs);
    },
  };
}

/**
 * Deletes the database of somebody who signs out: rows, lists, and what was not sent. Views that still use it see what
 * they have, and write nothing any more.
 */
export async function deleteStore(name: string): Promise<void> {
  const shared = registry().get(name);
  clearTimeout(shared?.closing);
  if (shared) await close(name, shared);
  await forgetDatabase(name);
}

async function close(name: string, shared: Shared): Promise<void> {
  if (registry().get(name) === shared) registry().delete(name);
  // A database that cannot be closed has nobody left whom that could disturb.
  await shared.opening.then((store) => store.close()).catch(() => {});
}
