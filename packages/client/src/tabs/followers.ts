import type { Relay } from "./relay.ts";
import type { TabMessage } from "./tab-message.ts";

type FollowerMessage = Extract<TabMessage, { kind: "dial" | "up" | "hang-up" }>;
type Follower = { readonly links: Set<string>; readonly unwatch: () => void };

/** Which tab has which links to the leader, so that those of a closed or crashed tab end with it. */
export class Followers {
  readonly #whenGone: (tab: string, callback: () => void) => () => void;
  readonly #tabs = new Map<string, Follower>();

  constructor(ports: { readonly whenGone: (tab: string, callback: () => void) => () => void }) {
    this.#whenGone = ports.whenGone;
  }

  take(relay: Relay, message: FollowerMessage): void {
    const { tab, link } = message;
    switch (message.kind) {
      case "dial":
        this.#follower(relay, tab).links.add(link);
        relay.open(link);
        break;
      case "up":
        relay.take(link, message.message);
        break;
      case "hang-up":
        relay.close(link);
        this.#tabs.get(tab)?.links.delete(link);
        break;
    }
  }

  /** Nobody is led any more. */
  forget(): void {
    for (const { unwatch } of this.#tabs.values()) unwatch();
    this.#tabs.clear();
  }

  #follower(relay: Relay, tab: string): Follower {
    const known = this.#tabs.get(tab);
    if (known) return known;
    const links = new Set<string>();
    const unwatch = this.#whenGone(tab, () => {
      this.#tabs.delete(tab);
      for (const link of links) relay.close(link);
    });
    const follower = { links, unwatch };
    this.#tabs.set(tab, follower);
    return follower;
  }
}
