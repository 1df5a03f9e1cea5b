import type { Relay } from "./relay.ts";
import type { RoutingMessage } from "./routing-message.ts";

type FollowerMessage = Extract<RoutingMessage, { kind: "dial" | "up" | "hang-up" }>;

interface Follower {
  readonly links: Set<string>;
  readonly unwatch: () => void;
}

export interface FollowersPorts {
  /** Calls back when a tab is closed, has crashed or left; returns the function that ends the watch. */
  readonly whenGone: (tab: string, callback: () => void) => () => void;
}

/** Knows which follower has which links to the leader, so that the links of a closed or crashed tab end with it. */
export class Followers {
  readonly #ports: FollowersPorts;
  readonly #tabs = new Map<string, Follower>();

  constructor(ports: FollowersPorts) {
    this.#ports = ports;
  }

  handle(relay: Relay, message: FollowerMessage): void {
    const { tab, link } = message;
    switch (message.kind) {
      case "dial":
        this.#follower(relay, tab).links.add(link);
        relay.open(link);
        break;
      case "up":
        relay.handle(link, message.message);
        break;
      case "hang-up":
        relay.close(link);
        this.#tabs.get(tab)?.links.delete(link);
        break;
    }
  }

  /** This tab does not lead any more. */
  clear(): void {
    for (const { unwatch } of this.#tabs.values()) unwatch();
    this.#tabs.clear();
  }

  #follower(relay: Relay, tab: string): Follower {
    const known = this.#tabs.get(tab);
    if (known) return known;
    const links = new Set<string>();
    const unwatch = this.#ports.whenGone(tab, () => {
      this.#tabs.delete(tab);
      for (const link of links) relay.close(link);
    });
    const follower = { links, unwatch };
    this.#tabs.set(tab, follower);
    return follower;
  }
}
