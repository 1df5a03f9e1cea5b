import type { DownMessage, UpMessage } from "@heliograph/protocol";
import type { SyncStatus } from "../status/sync-status.ts";

/**
 * What tabs of one browser and person say to each other. Every tab hears everything and picks what is for it.
 * - ping: is the leader there? It answers at once, also when its timers are throttled
 * - beat: the leader's presence and status; `count` moves on only while its timers run
 * - dial, up, hang-up: of a follower on one of its links to the leader
 * - down, closed: of the leader on such a link
 * - wake: somebody looks at a follower; the leader makes sure that its socket lives
 */
export type TabMessage =
  | { readonly kind: "ping"; readonly tab: string }
  | {
      readonly kind: "beat";
      readonly tab: string;
      readonly wonAt: number;
      readonly count: number;
      readonly status: SyncStatus;
    }
  | { readonly kind: "dial"; readonly tab: string; readonly link: string }
  | { readonly kind: "up"; readonly tab: string; readonly link: string; readonly message: UpMessage }
  | { readonly kind: "hang-up"; readonly tab: string; readonly link: string }
  | { readonly kind: "down"; readonly tab: string; readonly link: string; readonly message: DownMessage }
  | { readonly kind: "closed"; readonly tab: string; readonly link: string }
  | { readonly kind: "wake"; readonly tab: string };

/** The same page in two versions must not share a socket: their messages differ. Raised with every change here. */
export const tabProtocol = 1;
