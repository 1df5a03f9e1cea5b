import type { SyncStatus } from "../../status/sync-status.ts";

/**
 * Messages about who leads:
 * - ping: a follower asks whether the leader is alive; the leader answers at once, also when its timers are throttled
 * - heartbeat: the leader's presence, term and status; `count` grows only while its timers run
 * - visible: a follower became visible; the leader makes sure that its socket is alive
 */
export type ElectionMessage =
  | { readonly kind: "ping"; readonly tab: string }
  | {
      readonly kind: "heartbeat";
      readonly tab: string;
      readonly term: number;
      readonly count: number;
      readonly status: SyncStatus;
    }
  | { readonly kind: "visible"; readonly tab: string };
