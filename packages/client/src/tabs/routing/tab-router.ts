import type { DownMessage } from "@heliograph/protocol";
import type { Clock } from "@heliograph/shared/clock";
import type { EntityKey } from "@heliograph/shared/entity-key";
import { randomUuid } from "@heliograph/shared/uuid";
import type { Limits } from "../../connection/connection.ts";
import type { Socket, SocketFactory, SocketHandlers } from "../../connection/socket.ts";
import type { ProbeResult } from "../../connection/state.ts";
import type { SyncStatus } from "../../status/sync-status.ts";
import type { Target } from "../../subscriptions/subscription-set.ts";
import type { Leadership } from "../election/leadership.ts";
import { LeadershipGuard } from "../election/leadership-guard.ts";
import { Followers } from "./followers.ts";
import { Relay, type RelayPorts } from "./relay.ts";
import type { RoutingMessage } from "./routing-message.ts";
import { TabSocket } from "./tab-socket.ts";

export interface TabRouterPorts {
  readonly tab: string;
  readonly leadership: Pick<Leadership, "leads" | "leader" | "confirm" | "whenGone">;
  readonly openSocket: SocketFactory;
  readonly relay: Omit<RelayPorts, "post" | "clock">;
  readonly post: (message: RoutingMessage) => void;
  /** The connection should be checked: dial now, or make sure that the socket is alive. */
  readonly onCheckNeeded: () => void;
  readonly clock: Clock;
}

interface DialledSocket {
  readonly socket: TabSocket;
  /** Opens the real socket. */
  readonly open: (handlers: SocketHandlers) => Socket;
}

/**
 * Routes the messages of a tab: the leader over its WebSocket, and for its followers through a relay; a follower over a
 * link to the leader.
 */
export class TabRouter {
  readonly #ports: TabRouterPorts;
  readonly #followers: Followers;
  /** Set while this tab leads. */
  #relay: Relay | undefined;
  #dialled: DialledSocket | undefined;
  #guard: LeadershipGuard | undefined;

  constructor(ports: TabRouterPorts) {
    this.#ports = ports;
    this.#followers = new Followers({ whenGone: (tab, gone) => ports.leadership.whenGone(tab, gone) });
  }

  openSocket(url: string, token: string, handlers: SocketHandlers): Socket {
    const { leadership, openSocket, clock } = this.#ports;
    const socket = new TabSocket(randomUuid(), handlers, (closed) => this.#socketClosed(closed));
    const open = (own: SocketHandlers) => {
      const guard = new LeadershipGuard({ confirm: () => leadership.confirm(), pass: own.received, clock });
      this.#guard = guard;
      return openSocket(url, token, { ...own, received: (text) => guard.receive(text) });
    };
    this.#dialled = { socket, open };
    this.#connect();
    return socket;
  }

  /**
   * Why a follower has no link.
   *
   * @returns undefined in a leader, which has to ask the server
   */
  probe(): ProbeResult | undefined {
    const { leads, leader } = this.#ports.leadership;
    if (leads) return undefined;
    const status = leader?.status;
    if (status?.state === "disabled") return { kind: "disabled", reason: status.reason ?? "" };
    if (isLinked(status)) return { kind: "reachable" };
    return {
      kind: "unavailable",
      reason: status?.reason ?? "The tab that holds the connection has none at the moment.",
    };
  }

  /** This tab leads now, or does not any more: its socket of the old role ends, and the connection dials again. */
  roleChanged(): void {
    const { leadership, relay, tab, post, clock } = this.#ports;
    this.#endRelay();
    if (leadership.leads)
      this.#relay = new Relay({
        ...relay,
        post: (link, message) => post({ kind: "down", tab, link, message }),
        clock,
      });
    this.#reconnect();
  }

  /** A heartbeat of the leader arrived; `replaced`: from another leader than before. */
  leaderHeard(replaced: boolean): void {
    if (replaced) this.#reconnect();
    this.#connect();
    this.#endIfDisabled();
    // The connection waits between two attempts, and need not.
    if (!this.#dialled && isLinked(this.#ports.leadership.leader?.status)) this.#ports.onCheckNeeded();
  }

  linked(limits: Limits): void {
    this.#relay?.linked(limits);
  }

  unlinked(): void {
    const { tab, post } = this.#ports;
    for (const link of this.#relay?.unlinked() ?? []) post({ kind: "closed", tab, link });
  }

  reset(): void {
    this.#relay?.reset();
  }

  bookmark(): void {
    this.#relay?.bookmark();
  }

  /** Notifies followers of a message of the server, after the leader has handled it. */
  notify(message: DownMessage): void {
    if (message.type === "INVALIDATE" || message.type === "GONE") this.#relay?.notify(message);
  }

  phaseChanged(targets: readonly Target[]): void {
    this.#relay?.phaseChanged(targets);
  }

  needsChanged(keys: readonly EntityKey[]): void {
    this.#relay?.needsChanged(keys);
  }

  leave(): void {
    this.#endRelay();
  }

  handle(message: RoutingMessage): void {
    switch (message.kind) {
      case "dial":
      case "up":
      case "hang-up":
        if (this.#relay) this.#followers.handle(this.#relay, message);
        break;
      case "down":
        if (this.#dialled?.socket.link === message.link) this.#dialled.socket.deliver(message.message);
        break;
      case "closed":
        if (this.#dialled?.socket.link === message.link) this.#dialled.socket.end(1006);
        break;
    }
  }

  #endRelay(): void {
    if (!this.#relay) return;
    this.unlinked();
    this.#guard?.close();
    this.#followers.clear();
    this.#relay = undefined;
  }

  #reconnect(): void {
    const socket = this.#dialled?.socket;
    if (socket && !socket.undecided) socket.revoke();
    this.#connect();
    this.#ports.onCheckNeeded();
  }

  /** Makes an undecided socket a real one or a link, once the role of this tab is known. */
  #connect(): void {
    const dialled = this.#dialled;
    if (!dialled?.socket.undecided) return;
    const { socket, open } = dialled;
    const { leadership, tab, post } = this.#ports;
    if (leadership.leads) {
      socket.lead(open);
    } else if (leadership.leader) {
      const { link } = socket;
      socket.follow((text) => post({ kind: "up", tab, link, message: JSON.parse(text) }));
      post({ kind: "dial", tab, link });
      this.#endIfDisabled();
    }
  }

  /** While the server's kill switch is on, the leader accepts no links. The probe then reports the switch. */
  #endIfDisabled(): void {
    const socket = this.#dialled?.socket;
    if (!socket || socket.undecided || this.#ports.leadership.leader?.status.state !== "disabled") return;
    queueMicrotask(() => socket.end(1006));
  }

  #socketClosed(socket: TabSocket): void {
    const { tab, post } = this.#ports;
    if (socket.relayed && !socket.undecided) post({ kind: "hang-up", tab, link: socket.link });
    if (this.#dialled?.socket === socket) this.#dialled = undefined;
  }
}

function isLinked(status: SyncStatus | undefined): boolean {
  return status !== undefined && ["connected", "catching-up", "delayed"].includes(status.state);
}
