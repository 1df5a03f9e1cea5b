import type { Clock } from "@heliograph/shared/clock";
import type { EntityKey } from "@heliograph/shared/entity-key";
import { Timer } from "@heliograph/shared/timer";
import { randomUuid } from "@heliograph/shared/uuid";
import type { Limits } from "../connection/connection.ts";
import type { Socket, SocketFactory, SocketHandlers } from "../connection/socket.ts";
import type { ProbeResult } from "../connection/state.ts";
import type { Logger } from "../platform/logger.ts";
import type { SyncStatus } from "../status/sync-status.ts";
import type { Target } from "../subscriptions/subscription-set.ts";
import { Election } from "./election.ts";
import { Fence } from "./fence.ts";
import type { Leader } from "./followed-status.ts";
import { Followers } from "./followers.ts";
import { Pulse, tickMs } from "./pulse.ts";
import { Relay, type RelayPorts } from "./relay.ts";
import type { TabPlatform } from "./tab-group.ts";
import type { TabMessage } from "./tab-message.ts";
import { TabSocket } from "./tab-socket.ts";

export type TabMemberPorts = {
  readonly platform: TabPlatform;
  readonly group: string;
  readonly openSocket: SocketFactory;
  readonly relay: Omit<RelayPorts, "post" | "clock">;
  /** The status of this very tab, for its followers. */
  readonly status: () => SyncStatus;
  /** Somebody should look at the connection: dial now, or make sure that the socket lives. */
  readonly wake: () => void;
  /** Role, leader or leader's status changed. */
  readonly onChange: () => void;
  readonly clock: Clock;
  readonly logger: Logger;
};

/**
 * One tab among those of its person. It leads, or it follows a leader; between the two it waits for either.
 *
 *   join --> undecided --- a leader's beat ---> follows --- the leader is silent: steals the lock ---+
 *               |  ^                               |                                                   |
 *               |  +--- the lead was stolen -------+-- lock granted: the leader is gone --> leads <----+
 *               +--------------------------- lock granted --------------------------------^
 */
export class TabMember {
  readonly #ports: TabMemberPorts;
  readonly #tab = randomUuid();
  readonly #channel: BroadcastChannel;
  readonly #election: Election;
  readonly #pulse: Pulse;
  readonly #followers: Followers;
  /** Set while this tab leads. */
  #reign: { readonly wonAt: number; readonly relay: Relay } | undefined;
  #leader: Leader | undefined;
  #dialled: { readonly socket: TabSocket; readonly open: (handlers: SocketHandlers) => Socket } | undefined;
  #fence: Fence | undefined;
  #silent = false;
  /** Moves on when a timer fires after a ping: a frozen page's does not. */
  readonly #ticker: Timer;
  #count = 0;
  /** The others can see this tab; before, the leader would take it for a closed one. */
  #present = false;
  #left = false;

  constructor(ports: TabMemberPorts) {
    this.#ports = ports;
    const { platform, group, logger, clock } = ports;
    this.#ticker = new Timer(clock);
    this.#channel = platform.openChannel(group);
    this.#channel.onmessage = (event: MessageEvent<TabMessage>) => this.#take(event.data);
    this.#election = new Election({
      locks: platform.locks,
      group,
      tab: this.#tab,
      onWon: () => this.#won(),
      onLost: () => this.#lost(),
      logger,
    });
    this.#pulse = new Pulse({
      ping: () => {
        this.#post({ kind: "ping", tab: this.#tab });
        this.#noteSilence();
      },
      onSilence: () => {
        logger.warn("[Sync] The leading tab does not answer; this one takes over.");
        this.#election.seize();
        this.#pulse.start();
      },
      clock,
    });
    this.#followers = new Followers({ whenGone: (tab, gone) => this.#election.whenGone(tab, gone) });
    this.#election.join(() => {
      this.#present = true;
      if (!this.#left && !this.#reign) this.#pulse.start();
    });
  }

  get group(): string {
    return this.#ports.group;
  }

  get leads(): boolean {
    return this.#reign !== undefined;
  }

  /** The tab that is followed, if one was heard. */
  get leader(): Leader | undefined {
    return this.#leader;
  }

  /** The leader did not answer the last questions. */
  get silent(): boolean {
    return this.#silent;
  }

  openSocket(url: string, token: string, handlers: SocketHandlers): Socket {
    const socket = new TabSocket(randomUuid(), handlers, (closed) => this.#socketClosed(closed));
    const open = (own: SocketHandlers) => {
      const fence = new Fence({
        confirm: () => this.#election.confirm(),
        pass: own.received,
        clock: this.#ports.clock,
      });
      this.#fence = fence;
      return this.#ports.openSocket(url, token, { ...own, received: (text) => fence.receive(text) });
    };
    this.#dialled = { socket, open };
    this.#place();
    return socket;
  }

  /** What a follower answers instead of asking the server why there is no socket; undefined if it has to be asked. */
  probe(): ProbeResult | undefined {
    if (this.#reign) return undefined;
    const status = this.#leader?.status;
    if (status?.state === "disabled") return { kind: "disabled", reason: status.reason ?? "" };
    if (isLinked(status)) return { kind: "reachable" };
    return {
      kind: "unavailable",
      reason: status?.reason ?? "The tab that holds the connection has none at the moment.",
    };
  }

  /** This tab is looked at again. */
  visible(): void {
    if (!this.#reign) this.#post({ kind: "wake", tab: this.#tab });
  }

  /** The status of this tab changed. */
  announce(): void {
    if (this.#reign) this.#beat();
  }

  linked(limits: Limits): void {
    this.#reign?.relay.linked(limits);
  }

  unlinked(): void {
    for (const link of this.#reign?.relay.lost() ?? []) this.#post({ kind: "closed", tab: this.#tab, link });
  }

  reset(): void {
    this.#reign?.relay.reset();
  }

  bookmark(): void {
    this.#reign?.relay.bookmark();
  }

  tell(message: Parameters<Relay["tell"]>[0]): void {
    this.#reign?.relay.tell(message);
  }

  phaseChanged(targets: readonly Target[]): void {
    this.#reign?.relay.phaseChanged(targets);
  }

  needsChanged(keys: readonly EntityKey[]): void {
    this.#reign?.relay.needsChanged(keys);
  }

  /** Leaves the others; the lead, if it has it, passes on. */
  leave(): void {
    if (this.#left) return;
    this.#left = true;
    this.#pulse.stop();
    this.#ticker.clear();
    this.#endReign();
    this.#election.leave();
    this.#channel.close();
  }

  #noteSilence(): void {
    if (this.#pulse.silent === this.#silent) return;
    this.#silent = this.#pulse.silent;
    this.#ports.onChange();
  }

  #post(message: TabMessage): void {
    this.#channel.postMessage(message);
  }

  #beat(): void {
    if (!this.#reign) return;
    const { wonAt } = this.#reign;
    this.#post({ kind: "beat", tab: this.#tab, wonAt, count: this.#count, status: this.#ports.status() });
  }

  #won(): void {
    this.#pulse.stop();
    this.#silent = false;
    const { relay, clock } = this.#ports;
    // Above the last leader's whatever the clock says: its late beats must be told from ours.
    const wonAt = Math.max(clock.wallNow(), (this.#leader?.wonAt ?? 0) + 1);
    const post = (link: string, message: Parameters<TabSocket["deliver"]>[0]) =>
      this.#post({ kind: "down", tab: this.#tab, link, message });
    this.#reign = { wonAt, relay: new Relay({ ...relay, post, clock }) };
    this.#leader = undefined;
    this.#ports.logger.info("[Sync] This tab leads");
    this.#changeRole();
    this.#beat();
  }

  #lost(): void {
    this.#ports.logger.info("[Sync] Another tab leads");
    this.#endReign();
    this.#pulse.start();
    this.#changeRole();
  }

  #endReign(): void {
    if (!this.#reign) return;
    this.unlinked();
    this.#fence?.close();
    this.#followers.forget();
    this.#reign = undefined;
  }

  /** The socket of the old role ends, and the connection dials for the new one. */
  #changeRole(): void {
    const socket = this.#dialled?.socket;
    if (socket && !socket.undecided) socket.revoke();
    this.#place();
    this.#ports.wake();
    this.#ports.onChange();
  }

  #place(): void {
    const dialled = this.#dialled;
    if (!dialled?.socket.undecided) return;
    const { socket, open } = dialled;
    if (this.#reign) {
      socket.lead(open);
    } else if (this.#leader) {
      const { link } = socket;
      socket.follow((text) => this.#post({ kind: "up", tab: this.#tab, link, message: JSON.parse(text) }));
      this.#post({ kind: "dial", tab: this.#tab, link });
      this.#endIfHopeless();
    }
  }

  /** While the server's kill switch is on the leader welcomes nobody: the probe says so. */
  #endIfHopeless(): void {
    const socket = this.#dialled?.socket;
    if (!socket || socket.undecided || this.#leader?.status.state !== "disabled") return;
    queueMicrotask(() => socket.end(1006));
  }

  #socketClosed(socket: TabSocket): void {
    if (socket.relayed && !socket.undecided) this.#post({ kind: "hang-up", tab: this.#tab, link: socket.link });
    if (this.#dialled?.socket === socket) this.#dialled = undefined;
  }

  #take(message: TabMessage): void {
    if (this.#left) return;
    switch (message.kind) {
      case "ping":
        if (this.#reign && !this.#ticker.armed) this.#ticker.set(tickMs, () => (this.#count += 1));
        this.#beat();
        break;
      case "beat":
        this.#heard(message);
        break;
      case "wake":
        if (this.#reign) this.#ports.wake();
        break;
      case "dial":
      case "up":
      case "hang-up":
        if (this.#reign) this.#followers.take(this.#reign.relay, message);
        break;
      case "down":
        if (this.#dialled?.socket.link === message.link) this.#dialled.socket.deliver(message.message);
        break;
      case "closed":
        if (this.#dialled?.socket.link === message.link) this.#dialled.socket.end(1006);
        break;
    }
  }

  #heard(beat: Extract<TabMessage, { kind: "beat" }>): void {
    const before = this.#leader;
    if (this.#reign || !this.#present) return;
    // Late words of a leader that was replaced.
    if (before && before.tab !== beat.tab && before.wonAt > beat.wonAt) return;
    this.#pulse.heard(beat.count);
    this.#leader = { tab: beat.tab, wonAt: beat.wonAt, status: beat.status };
    if (before && before.tab !== beat.tab) this.#changeRole();
    this.#place();
    this.#endIfHopeless();
    if (!this.#dialled && isLinked(beat.status)) this.#ports.wake(); // waits between two attempts
    this.#noteSilence();
    this.#ports.onChange();
  }
}

function isLinked(status: SyncStatus | undefined): boolean {
  return status !== undefined && ["connected", "catching-up", "delayed"].includes(status.state);
}
