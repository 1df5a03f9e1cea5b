import type { DownMessage, UpMessage } from "@heliograph/protocol";

/**
 * Messages on the links between followers and the leader:
 * - dial, up, hang-up: from a follower
 * - down, closed: from the leader
 */
export type RoutingMessage =
  | { readonly kind: "dial"; readonly tab: string; readonly link: string }
  | { readonly kind: "up"; readonly tab: string; readonly link: string; readonly message: UpMessage }
  | { readonly kind: "hang-up"; readonly tab: string; readonly link: string }
  | { readonly kind: "down"; readonly tab: string; readonly link: string; readonly message: DownMessage }
  | { readonly kind: "closed"; readonly tab: string; readonly link: string };
