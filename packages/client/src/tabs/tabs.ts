import type { DownMessage } from "@heliograph/protocol";
import type { Clock } from "@heliograph/shared/clock";
import type { EntityKey } from "@heliograph/shared/entity-key";
import type { Limits } from "../connection/connection.ts";
import type { Probe } from "../connection/probe.ts";
import type { SocketFactory } from "../connection/socket.ts";
import type { ConnectionState } from "../connection/state.ts";
import type { Environment, EnvironmentEvent } from "../platform/environment.ts";
import type { Logger } from "../platform/logger.ts";
import type { SyncStatus } from "../status/sync-status.ts";
import type { Target } from "../subscriptions/subscription-set.ts";
import { followedStatus } from "./followed-status.ts";
import type { RelayPorts } from "./routing/relay.ts";
import { groupName, type Sharing, sharingOn } from "./tab-group.ts";
import { TabMember } from "./tab-member.ts";

export interface TabsPorts {
  /** Where rows are stored at the moment. */
  readonly storage: () => "indexeddb" | "memory";
  /** False: every tab has its own socket. */
  readonly share: boolean;
  readonly openSocket: SocketFactory;
  readonly probe: Probe;
  readonly environment: Environment;
  readonly relay: Omit<RelayPorts, "post" | "clock">;
  /** The status of this tab without the others. */
  readonly status: () => SyncStatus;
  /** The status may have changed. */
  readonly onChange: () => void;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Replaced in tests; the browser's when absent. */
  readonly sharingOn?: typeof sharingOn | undefined;
}

/**
 * Shares one socket among the tabs of a browser. The connection of this tab dials as if it were alone; it gets a real
 * socket if this tab leads, and a link to the leading tab if it follows.
 */
export class Tabs {
  readonly #ports: TabsPorts;
  #member: TabMember | undefined;
  #sharing: Sharing = { reason: "This tab has not connected yet." };
  #notifyConnection: ((event: EnvironmentEvent) => void) | undefined;

  constructor(ports: TabsPorts) {
    this.#ports = ports;
  }

  readonly openSocket: SocketFactory = (url, token, handlers) => {
    const member = this.#join(url, token);
    return member ? member.router.openSocket(url, token, handlers) : this.#ports.openSocket(url, token, handlers);
  };

  readonly probe: Probe = async (url, token, signal) =>
    this.#member?.router.probe() ?? (await this.#ports.probe(url, token, signal));

  readonly environment: Environment = {
    online: () => this.#ports.environment.online(),
    subscribe: (listener) => {
      this.#notifyConnection = listener;
      const leave = this.#ports.environment.subscribe((event) => {
        if (event === "visible") this.#member?.leadership.visible();
        listener(event);
      });
      return () => {
        this.#notifyConnection = undefined;
        leave();
      };
    },
  };

  /** Whether this tab speaks for the device: it holds the shared socket, or has its own. */
  get leads(): boolean {
    return this.#member?.leadership.leads ?? true;
  }

  /** The status as this tab shows it. */
  statusOf(own: SyncStatus): SyncStatus {
    const leadership = this.#member?.leadership;
    const status = leadership && !leadership.leads ? followedStatus(own, leadership.leader, leadership.silent) : own;
    const reason = "reason" in this.#sharing ? this.#sharing.reason : undefined;
    return {
      ...status,
      leader: leadership?.leads ?? reason !== undefined,
      ...(reason === undefined ? {} : { notShared: reason }),
    };
  }

  /** The status of this tab changed: its followers show it too. */
  statusChanged(): void {
    this.#member?.leadership.postStatus();
  }

  /** A tab that does not want a connection must not keep the lead. */
  connectionChanged({ kind }: ConnectionState): void {
    if (kind === "disconnected" || kind === "away" || kind === "needs-auth" || kind === "refused") this.#leave();
  }

  linked(limits: Limits): void {
    this.#member?.router.linked(limits);
  }

  unlinked(): void {
    this.#member?.router.unlinked();
  }

  reset(): void {
    this.#member?.router.reset();
  }

  bookmark(): void {
    this.#member?.router.bookmark();
  }

  /** Notifies followers of a message of the server, after this tab has handled it. */
  notify(message: DownMessage): void {
    this.#member?.router.notify(message);
  }

  phaseChanged(targets: readonly Target[]): void {
    this.#member?.router.phaseChanged(targets);
  }

  needsChanged(keys: readonly EntityKey[]): void {
    this.#member?.router.needsChanged(keys);
  }

  #join(url: string, token: string): TabMember | undefined {
    const { share, storage, relay, openSocket, status, clock, logger, onChange } = this.#ports;
    this.#sharing = share
      ? (this.#ports.sharingOn ?? sharingOn)(storage())
      : { reason: "Sharing is switched off, so each tab has its own connection." };
    const group = groupName(url, token);
    if (group === undefined) this.#sharing = { reason: "The token names no user, so each tab has its own connection." };
    if (group === undefined || "reason" in this.#sharing) {
      this.#leave();
      return undefined;
    }
    if (this.#member?.group === group) return this.#member;
    this.#leave();
    this.#member = new TabMember({
      platform: this.#sharing.platform,
      group,
      openSocket,
      relay,
      status,
      onCheckNeeded: () => this.#notifyConnection?.("visible"),
      onChange,
      clock,
      logger,
    });
    return this.#member;
  }

  #leave(): void {
    this.#member?.leave();
    this.#member = undefined;
  }
}
