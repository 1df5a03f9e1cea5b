import type { ElectionMessage } from "./election/election-message.ts";
import type { RoutingMessage } from "./routing/routing-message.ts";

/** What the tabs of one user in one browser send to each other. Every tab receives everything and picks what is for it. */
export type TabMessage = ElectionMessage | RoutingMessage;

/** Version of these messages: pages of different versions must not share a socket. Raise it with every change. */
export const tabProtocol = 3;
