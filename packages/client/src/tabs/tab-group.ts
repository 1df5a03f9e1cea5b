import { readTokenClaims } from "../platform/token-claims.ts";
import { tabProtocol } from "./tab-message.ts";

/** What sharing needs of the platform; a test brings its own. */
export type TabPlatform = {
  readonly locks: Pick<LockManager, "request" | "query">;
  readonly openChannel: (name: string) => BroadcastChannel;
};

/** Why every tab has a socket of its own, or how they share one. */
export type Sharing = { readonly platform: TabPlatform } | { readonly reason: string };

/** @param storage where the rows are; without a common database tabs would have nothing in common to show */
export function sharingOn(storage: "indexeddb" | "memory"): Sharing {
  if (storage === "memory") return { reason: "Rows are kept in memory, so this tab has a connection of its own." };
  if (typeof navigator === "undefined" || !navigator.locks || typeof BroadcastChannel === "undefined") {
    return { reason: "This browser offers no Web Locks here (they need https), so each tab has its own connection." };
  }
  return { platform: { locks: navigator.locks, openChannel: (name) => new BroadcastChannel(name) } };
}

/**
 * The name that tabs of one server and person meet under. Person and organization are part of it: what one may read is
 * never signalled to another, whoever is signed in in which tab.
 *
 * @returns undefined for a token that names nobody; it is not shared with anyone
 */
export function groupName(url: string, token: string): string | undefined {
  const { personId, organizationId } = readTokenClaims(token);
  if (personId === undefined) return undefined;
  return `heliograph/${tabProtocol}/${personId}/${organizationId ?? ""}/${url}`;
}
