import { readTokenClaims } from "../platform/token-claims.ts";
import { tabProtocol } from "./tab-message.ts";

/** What sharing needs of the browser; tests pass their own. */
export interface TabPlatform {
  readonly locks: Pick<LockManager, "request" | "query">;
  readonly openChannel: (name: string) => BroadcastChannel;
}

/** How tabs share a socket, or why each has its own. */
export type Sharing = { readonly platform: TabPlatform } | { readonly reason: string };

/** @param storage where the rows are; without a common database tabs share no rows to show */
export function sharingOn(storage: "indexeddb" | "memory"): Sharing {
  if (storage === "memory")
    return { reason: "This browser stores no data on this device, so each tab has its own connection." };
  if (typeof navigator === "undefined" || !navigator.locks || typeof BroadcastChannel === "undefined") {
    return {
      reason: "This browser offers no Web Locks here (they require https), so each tab has its own connection.",
    };
  }
  return { platform: { locks: navigator.locks, openChannel: (name) => new BroadcastChannel(name) } };
}

/**
 * Name of the group of tabs that share a socket: those of one server, user and organization. Tabs of different users are
 * never in one group, because what one user may read must not be signalled to another.
 *
 * @returns undefined for a token that names no user; its tab shares with no other
 */
export function groupName(url: string, token: string): string | undefined {
  const { personId, organizationId } = readTokenClaims(token);
  if (personId === undefined) return undefined;
  return `heliograph/${tabProtocol}/${personId}/${organizationId ?? ""}/${url}`;
}
