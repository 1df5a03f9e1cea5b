import { coalesce, type Logger, type LogRow } from "@heliograph/server-kit";
import { Backoff } from "@heliograph/shared/backoff";
import { type Clock, systemClock } from "@heliograph/shared/clock";
import { sleep } from "@heliograph/shared/sleep";
import type { WatcherMetrics } from "../metrics.ts";
import type { Bus } from "./bus.ts";
import { type Claim, type Lease, type LogDatabase, NotLeadingError } from "./log-database.ts";
import type { PollPause } from "./poll-pause.ts";

export interface LogWatcherSettings {
  readonly POLL_BUSY_MS: number;
  readonly POLL_INTERVAL_MS: number;
  readonly CLAIM_BATCH: number;
}

/** Interval of lease renewals and heartbeats: a third of the default lease, so two renewals may fail. */
const renewEveryMs = 1000;
/** Interval at which a standby requests the lease. With a lease of 3 s, takeover happens within 3.3 s. */
const standbyPollMs = 250;
/** Shortest pause between two polls of the log. At 1000 pokes a second it bounds claims to about 140 a second. */
const leastPauseMs = 5;
/** How long the short poll interval applies after the last change. */
const busyForMs = 1000;
/** Interval of the unbounded poll. It is stretched so that unbounded polls take at most a tenth of the time. */
const unboundedEveryMs = 1000;
const unboundedShare = 10;
/** A longer gap between two answers of the database counts as an interruption. Rounds are at most one statement (5 s) apart. */
const interruptionMs = 10_000;

/**
 * Gives pending log rows their sequence numbers and notifies the gateways. Two or more watchers run; one leads, by a lease
 * on the database's clock. A failure here costs latency only: an unclaimed row stays pending, and gateways find a row
 * without a hint through the next heartbeat.
 */
export class LogWatcher {
  readonly #database: LogDatabase;
  readonly #bus: Bus;
  readonly #pollPause: PollPause;
  readonly #settings: LogWatcherSettings;
  readonly #metrics: WatcherMetrics;
  readonly #logger: Logger;
  readonly #clock: Clock;
  #lease: Lease | undefined;
  /** The highest head seen in the current log epoch, kept when the lease is lost. */
  #highestHead: Lease | undefined;
  #renewedAt = Number.NEGATIVE_INFINITY;
  #changedAt = Number.NEGATIVE_INFINITY;
  #unboundedAt = Number.NEGATIVE_INFINITY;
  #lastSuccess: number;
  #steadySince: number | undefined;

  constructor(parts: {
    database: LogDatabase;
    bus: Bus;
    pollPause: PollPause;
    settings: LogWatcherSettings;
    metrics: WatcherMetrics;
    logger: Logger;
    clock?: Clock;
  }) {
    this.#database = parts.database;
    this.#bus = parts.bus;
    this.#pollPause = parts.pollPause;
    this.#settings = parts.settings;
    this.#metrics = parts.metrics;
    this.#logger = parts.logger;
    this.#clock = parts.clock ?? systemClock;
    this.#lastSuccess = this.#clock.now();
  }

  get leading(): boolean {
    return this.#lease !== undefined;
  }

  /** Milliseconds since the database last answered. */
  get silentMs(): number {
    return this.#clock.now() - this.#lastSuccess;
  }

  /** Milliseconds since this watcher last acquired the lease or had a failure; 0 while it does not lead. */
  get steadyMs(): number {
    return this.#steadySince === undefined ? 0 : this.#clock.now() - this.#steadySince;
  }

  /** Polls and claims until the signal aborts, then releases the lease. */
  async run(signal: AbortSignal): Promise<void> {
    const backoff = new Backoff({ baseMs: 100, capMs: 2000 });
    while (!signal.aborted) {
      try {
        const pauseMs = await this.#round();
        this.#noteSuccess();
        backoff.reset();
        // The pause ends at the next renewal: a long poll interval must not cost the lease.
        const untilRenewalMs = this.leading ? Math.max(0, this.#renewedAt + renewEveryMs - this.#clock.now()) : pauseMs;
        if (pauseMs > 0) await this.#pollPause.wait(Math.min(pauseMs, untilRenewalMs), leastPauseMs, signal);
      } catch (error) {
        this.#metrics.errors.inc();
        this.#steadySince = undefined;
        if (error instanceof NotLeadingError) {
          this.#stopLeading("the lease is held by another watcher");
          continue;
        }
        const waitMs = backoff.next();
        this.#logger.error({ err: error, waitMs }, "failed to poll the log; retrying");
        await sleep(waitMs, signal, this.#clock);
      }
    }
    await this.#releaseLease();
  }

  #noteSuccess(): void {
    const now = this.#clock.now();
    if (!this.#lease) this.#steadySince = undefined;
    // Restarts after a suspended process or machine too: gateways may have been unable to send their heartbeats.
    else if (this.#steadySince === undefined || now - this.#lastSuccess > interruptionMs) this.#steadySince = now;
    this.#lastSuccess = now;
  }

  /** Renews the lease when due and claims once. @returns the pause before the next round, 0 for none */
  async #round(): Promise<number> {
    if (this.#clock.now() - this.#renewedAt >= renewEveryMs && !(await this.#renew())) return standbyPollMs;
    const lease = this.#lease;
    if (!lease) return standbyPollMs;

    const window = this.#clock.now() >= this.#unboundedAt ? "all" : "recent";
    const started = this.#clock.now();
    const claim = await this.#database.claim(this.#settings.CLAIM_BATCH, this.#highestHead?.head ?? lease.head, window);
    const tookMs = this.#clock.now() - started;
    this.#metrics.polls.inc({ result: claim ? "rows" : "empty" });
    const full = claim !== undefined && claim.last - claim.first + 1 >= this.#settings.CLAIM_BATCH;
    // A full unbounded batch means a backlog of old rows, which bounded polls do not find: the next poll is unbounded too.
    if (window === "all" && !full) {
      this.#unboundedAt = this.#clock.now() + Math.max(unboundedEveryMs, unboundedShare * tookMs);
    }
    if (!claim) {
      const busy = this.#clock.now() - this.#changedAt < busyForMs;
      return busy ? this.#settings.POLL_BUSY_MS : this.#settings.POLL_INTERVAL_MS;
    }

    this.#changedAt = this.#clock.now();
    this.#metrics.claimSeconds.observe(tookMs / 1000);
    // The head moves before the hint is published: if reading or publishing fails, the next heartbeat carries this head and
    // every gateway reads the rows from the log.
    this.#lease = { head: claim.last, epoch: claim.epoch };
    this.#noteHead(this.#lease);
    this.#metrics.head.set(claim.last);
    await this.#publishHint(claim);
    return full ? 0 : this.#settings.POLL_BUSY_MS;
  }

  /** Acquires or renews the lease, and only then sends a heartbeat: a watcher without the lease must not send an old head. */
  async #renew(): Promise<boolean> {
    const lease = await this.#database.lead();
    if (!lease) {
      this.#stopLeading("another watcher leads");
      return false;
    }
    this.#renewedAt = this.#clock.now();
    if (!this.#lease) {
      this.#metrics.takeovers.inc();
      this.#metrics.leading.set(1);
      this.#unboundedAt = Number.NEGATIVE_INFINITY;
      this.#logger.info({ head: lease.head, epoch: lease.epoch }, "lease acquired; leading");
    }
    this.#lease = lease;
    this.#noteHead(lease);
    this.#metrics.head.set(lease.head);
    await this.#bus.publish({ type: "heartbeat", epoch: lease.epoch, seq: lease.head });
    return true;
  }

  /**
   * Keeps the highest head of a log epoch. A server that lost sequence numbers in a failover reports a lower head; the
   * claim then receives the higher one and starts a new epoch instead of giving the lost numbers to other rows.
   */
  #noteHead({ head, epoch }: Lease): void {
    const before = this.#highestHead?.epoch === epoch ? this.#highestHead.head : 0;
    this.#highestHead = { head: Math.max(before, head), epoch };
  }

  async #publishHint(claim: Claim): Promise<void> {
    const count = claim.last - claim.first + 1;
    const rows: LogRow[] = await this.#database.read(claim.first - 1, count);
    // Rows were dropped or queued again since the claim. A hint without them would move gateways past them; without a hint
    // gateways read the log.
    if (rows.length !== count || rows.at(-1)?.sync_seq !== claim.last) {
      this.#metrics.hints.inc({ result: "dropped" });
      return;
    }
    const changes = coalesce(rows);
    const sent = await this.#bus.publish({
      type: "hint",
      epoch: claim.epoch,
      prev: claim.first - 1,
      seq: claim.last,
      changes,
    });
    this.#metrics.rows.inc(rows.length);
    this.#metrics.hints.inc({ result: sent ? "sent" : "dropped" });
    const oldest = rows.reduce((least, row) => Math.min(least, row.created_ms), Number.POSITIVE_INFINITY);
    if (Number.isFinite(oldest)) this.#metrics.lagSeconds.observe(Math.max(0, this.#clock.wallNow() - oldest) / 1000);
    this.#logger.debug({ first: claim.first, last: claim.last, changes: changes.length, sent }, "rows claimed");
  }

  #stopLeading(reason: string): void {
    this.#renewedAt = Number.NEGATIVE_INFINITY;
    if (!this.#lease) return;
    this.#lease = undefined;
    this.#metrics.leading.set(0);
    this.#logger.warn({ reason }, "stopped leading");
  }

  async #releaseLease(): Promise<void> {
    if (!this.#lease) return;
    this.#stopLeading("the watcher is stopping");
    try {
      await this.#database.resign();
    } catch (error) {
      this.#logger.warn({ err: error }, "failed to release the lease; it expires on its own");
    }
  }
}
