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
import { groupName, type Sharing, sharingOn } from "./tab-group.ts";
import { TabMember, type TabMemberPorts } from "./tab-member.ts";

export type TabsPorts = {
  /** Where rows are kept at the moment. */
  readonly storage: () => "indexeddb" | "memory";
  /** False: every tab has a socket of its own. */
  readonly share: boolean;
  readonly openSocket: SocketFactory;
  readonly probe: Probe;
  readonly environment: Environment;
  readonly relay: TabMemberPorts["relay"];
  /** The status of this tab by itself. */
  readonly status: () => SyncStatus;
  /** The status may be another one now. */
  readonly onChange: () => void;
  readonly clock: Clock;
  readonly logger: Logger;
  /** For tests; the browser's own when absent. */
  readonly sharingOn?: typeof sharingOn | undefined;
};

/**
 * One socket for all tabs of a browser: stands between the connection of this tab and the world. The connection dials as
 * if it were alone; what it gets is a socket if this tab leads, and a link to the leading tab if it does not.
 */
export class Tabs {
  readonly #ports: TabsPorts;
  #member: TabMember | undefined;
  #sharing: Sharing = { reason: "There was no connection yet." };
  #tellConnection: ((event: EnvironmentEvent) => void) | undefined;

  constructor(ports: TabsPorts) {
    this.#ports = ports;
  }

  readonly openSocket: SocketFactory = (url, token, handlers) => {
    const member = this.#join(url, token);
    return member ? member.openSocket(url, token, handlers) : this.#ports.openSocket(url, token, handlers);
  };

  readonly probe: Probe = async (url, token, signal) =>
    this.#member?.probe() ?? (await this.#ports.probe(url, token, signal));

  readonly environment: Environment = {
    online: () => this.#ports.environment.online(),
    subscribe: (listener) => {
      this.#tellConnection = listener;
      const leave = this.#ports.environment.subscribe((event) => {
        if (event === "visible") this.#member?.visible();
        listener(event);
      });
      return () => {
        this.#tellConnection = undefined;
        leave();
      };
    },
  };

  /** This tab speaks for the device: it holds the socket, or has one of its own. */
  get leads(): boolean {
    return this.#member?.leads ?? true;
  }

  /** The status as this tab shows it. */
  statusOf(own: SyncStatus): SyncStatus {
    const member = this.#member;
    const status = member && !member.leads ? followedStatus(own, member.leader, member.silent) : own;
    const reason = "reason" in this.#sharing ? this.#sharing.reason : undefined;
    return {
      ...status,
      leader: member?.leads ?? reason !== undefined,
      ...(reason === undefined ? {} : { notShared: reason }),
    };
  }

  /** The own status changed; followers show it too. */
  announce(): void {
    this.#member?.announce();
  }

  /** Whoever has no wish to be connected must not keep the lead. */
  connectionChanged({ kind }: ConnectionState): void {
    if (kind === "disconnected" || kind === "away" || kind === "needs-auth" || kind === "refused") this.#leave();
  }

  linked(limits: Limits): void {
    this.#member?.linked(limits);
  }

  unlinked(): void {
    this.#member?.unlinked();
  }

  reset(): void {
    this.#member?.reset();
  }

  bookmark(): void {
    this.#member?.bookmark();
  }

  /** A message of the server, after this tab took note of it. */
  received(message: DownMessage): void {
    if (message.type === "INVALIDATE" || message.type === "GONE") this.#member?.tell(message);
  }

  phaseChanged(targets: readonly Target[]): void {
    this.#member?.phaseChanged(targets);
  }

  needsChanged(keys: readonly EntityKey[]): void {
    this.#member?.needsChanged(keys);
  }

  #join(url: string, token: string): TabMember | undefined {
    const { share, storage, relay, openSocket, status, clock, logger, onChange } = this.#ports;
    this.#sharing = share ? (this.#ports.sharingOn ?? sharingOn)(storage()) : { reason: "Sharing is switched off." };
    const group = groupName(url, token);
    if (group === undefined) this.#sharing = { reason: "The token names no person whose tabs could share." };
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
      wake: () => this.#tellConnection?.("visible"),
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
