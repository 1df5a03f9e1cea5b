import type { Clock } from "@heliograph/shared/clock";
import { randomUuid } from "@heliograph/shared/uuid";
import type { SocketFactory } from "../connection/socket.ts";
import type { Logger } from "../platform/logger.ts";
import type { SyncStatus } from "../status/sync-status.ts";
import { Leadership } from "./election/leadership.ts";
import { TabRouter, type TabRouterPorts } from "./routing/tab-router.ts";
import type { TabPlatform } from "./tab-group.ts";
import type { TabMessage } from "./tab-message.ts";

export interface TabMemberPorts {
  readonly platform: TabPlatform;
  readonly group: string;
  readonly openSocket: SocketFactory;
  readonly relay: TabRouterPorts["relay"];
  /** The status of this tab, for its followers. */
  readonly status: () => SyncStatus;
  /** The connection should be checked: dial now, or make sure that the socket is alive. */
  readonly onCheckNeeded: () => void;
  /** Role, leader or leader's status changed. */
  readonly onChange: () => void;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** One tab in the group of its user: wires the election and the routing to one broadcast channel. */
export class TabMember {
  readonly group: string;
  readonly leadership: Leadership;
  readonly router: TabRouter;
  readonly #channel: BroadcastChannel;
  #left = false;

  constructor(ports: TabMemberPorts) {
    const { platform, group, openSocket, relay, status, onCheckNeeded, onChange, clock, logger } = ports;
    this.group = group;
    const tab = randomUuid();
    const post = (message: TabMessage) => this.#channel.postMessage(message);
    this.#channel = platform.openChannel(group);
    this.#channel.onmessage = (event: MessageEvent<TabMessage>) => this.#receive(event.data);
    this.leadership = new Leadership({
      locks: platform.locks,
      group,
      tab,
      post,
      status,
      onRoleChanged: () => {
        this.router.roleChanged();
        onChange();
      },
      onHeartbeat: (replaced) => {
        this.router.leaderHeard(replaced);
        onChange();
      },
      onSilenceChanged: onChange,
      onCheckNeeded,
      clock,
      logger,
    });
    this.router = new TabRouter({ tab, leadership: this.leadership, openSocket, relay, post, onCheckNeeded, clock });
    this.leadership.join();
  }

  leave(): void {
    if (this.#left) return;
    this.#left = true;
    this.router.leave();
    this.leadership.leave();
    this.#channel.close();
  }

  #receive(message: TabMessage): void {
    if (this.#left) return;
    switch (message.kind) {
      case "ping":
      case "heartbeat":
      case "visible":
        this.leadership.handle(message);
        break;
      default:
        this.router.handle(message);
    }
  }
}
