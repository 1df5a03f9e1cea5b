import type { Clock } from "@heliograph/shared/clock";
import { Timer } from "@heliograph/shared/timer";
import type { Logger } from "../../platform/logger.ts";
import type { SyncStatus } from "../../status/sync-status.ts";
import { Election, type ElectionPorts } from "./election.ts";
import type { ElectionMessage } from "./election-message.ts";
import { heartbeatTimerMs, LeaderHeartbeat } from "./leader-heartbeat.ts";

/** What a follower knows of the leading tab. */
export interface Leader {
  readonly tab: string;
  /** Leadership term: the wall time of the election, higher for each later leader. */
  readonly term: number;
  readonly status: SyncStatus;
}

export interface LeadershipPorts {
  readonly locks: ElectionPorts["locks"];
  readonly group: string;
  readonly tab: string;
  readonly post: (message: ElectionMessage) => void;
  /** The status of this tab, for its followers. */
  readonly status: () => SyncStatus;
  /** This tab leads, or another one took the lead from it. */
  readonly onRoleChanged: () => void;
  /** A heartbeat arrived; `replaced`: from another leader than before. */
  readonly onHeartbeat: (replaced: boolean) => void;
  /** The leader became silent, or answers again. */
  readonly onSilenceChanged: () => void;
  /** The connection should be checked: dial now, or make sure that the socket is alive. */
  readonly onCheckNeeded: () => void;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * The role of one tab among those of its user in this browser:
 *
 *   join --> undecided ---- a heartbeat ----> follows --- the leader is hung: steals the lock ---+
 *               |  ^                             |                                               |
 *               |  +-- the lock was stolen ------+-- lock granted: the leader is gone --> leads <-+
 *               +---------------------------- lock granted -------------------------------^
 */
export class Leadership {
  readonly #ports: LeadershipPorts;
  readonly #election: Election;
  readonly #heartbeat: LeaderHeartbeat;
  /** Counts firings after pings: the timers of a frozen page do not fire. */
  readonly #countTimer: Timer;
  #count = 0;
  /** Set while this tab leads. */
  #term: number | undefined;
  #leader: Leader | undefined;
  #silent = false;
  /** Whether the other tabs can see this one. Before that the leader would take it for closed. */
  #present = false;
  #left = false;

  constructor(ports: LeadershipPorts) {
    this.#ports = ports;
    const { locks, group, tab, clock, logger } = ports;
    this.#countTimer = new Timer(clock);
    this.#election = new Election({
      locks,
      group,
      tab,
      onWon: () => this.#won(),
      onLost: () => this.#lost(),
      logger,
    });
    this.#heartbeat = new LeaderHeartbeat({
      ping: () => {
        ports.post({ kind: "ping", tab });
        this.#updateSilence();
      },
      onHung: () => {
        logger.warn("[Sync] leading tab does not answer; taking over");
        this.#election.acquire();
        this.#heartbeat.start();
      },
      clock,
    });
  }

  join(): void {
    this.#election.join(() => {
      this.#present = true;
      if (!this.#left && !this.leads) this.#heartbeat.start();
    });
  }

  get leads(): boolean {
    return this.#term !== undefined;
  }

  /** The tab that this one follows, once a heartbeat of it arrived. */
  get leader(): Leader | undefined {
    return this.#leader;
  }

  /** Whether the leader left the last pings unanswered. */
  get silent(): boolean {
    return this.#silent;
  }

  confirm(): Promise<boolean> {
    return this.#election.confirm();
  }

  whenGone(tab: string, callback: () => void): () => void {
    return this.#election.whenGone(tab, callback);
  }

  /** This tab became visible. */
  visible(): void {
    if (!this.leads) this.#ports.post({ kind: "visible", tab: this.#ports.tab });
  }

  /** Sends the status of a leader to its followers. */
  postStatus(): void {
    if (this.#term === undefined) return;
    const { post, tab, status } = this.#ports;
    post({ kind: "heartbeat", tab, term: this.#term, count: this.#count, status: status() });
  }

  /** Leaves the other tabs, and releases the lock if this tab leads. */
  leave(): void {
    this.#left = true;
    this.#heartbeat.stop();
    this.#countTimer.clear();
    this.#term = undefined;
    this.#election.leave();
  }

  handle(message: ElectionMessage): void {
    switch (message.kind) {
      case "ping":
        if (this.leads && !this.#countTimer.armed) this.#countTimer.set(heartbeatTimerMs, () => (this.#count += 1));
        this.postStatus();
        break;
      case "heartbeat":
        this.#followed(message);
        break;
      case "visible":
        if (this.leads) this.#ports.onCheckNeeded();
        break;
    }
  }

  #followed({ tab, term, count, status }: Extract<ElectionMessage, { kind: "heartbeat" }>): void {
    const before = this.#leader;
    if (this.leads || !this.#present) return;
    const replaced = before !== undefined && before.tab !== tab;
    if (replaced && before.term > term) return; // a late heartbeat of a leader that was replaced
    this.#heartbeat.received(count);
    this.#leader = { tab, term, status };
    this.#updateSilence();
    this.#ports.onHeartbeat(replaced);
  }

  #updateSilence(): void {
    if (this.#heartbeat.silent === this.#silent) return;
    this.#silent = this.#heartbeat.silent;
    this.#ports.onSilenceChanged();
  }

  #won(): void {
    this.#heartbeat.stop();
    this.#silent = false;
    // Higher than the last leader's term even if the clock was set back, so that late heartbeats are recognized as late.
    this.#term = Math.max(this.#ports.clock.wallNow(), (this.#leader?.term ?? 0) + 1);
    this.#leader = undefined;
    this.#ports.logger.info("[Sync] This tab leads");
    this.#ports.onRoleChanged();
    this.postStatus();
  }

  #lost(): void {
    this.#ports.logger.info("[Sync] Another tab leads");
    this.#term = undefined;
    this.#ports.onRoleChanged();
    this.#heartbeat.start();
  }
}
