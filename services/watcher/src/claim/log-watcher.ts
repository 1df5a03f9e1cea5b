import { coalesce, type Logger, type LogRow } from "@heliograph/server-kit";
import { Backoff } from "@heliograph/shared/backoff";
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

/** The lease is renewed, and a heartbeat sent, this often: a third of the default lease, so two renewals may fail. */
const renewEveryMs = 1000;
/** A standby asks for the lease this often; an expired lease of 3 s is thus taken over within 3.3 s. */
const standbyPollMs = 250;
/** Least pause between two looks at the log; at 1000 pokes a second it bounds the claims to about 140 a second. */
const leastPauseMs = 5;
/** How long after the last change the short poll interval stays. */
const busyForMs = 1000;
/** The unbounded poll runs this often, and never takes more than a tenth of the time. */
const unboundedEveryMs = 1000;
const unboundedShare = 10;
/** A longer pause between two answers of the database is an interruption. Rounds are at most a statement apart, 5 s. */
const interruptionMs = 10_000;

/**
 * Gives pending log rows their place in the feed and tells the gateways. Two or more run; one leads, by a lease on the
 * database's clock. Whatever fails here is only latency: an unclaimed row stays pending, an untold one is found by the
 * gateways from the next heartbeat.
 */
export class LogWatcher {
  readonly #database: LogDatabase;
  readonly #bus: Bus;
  readonly #pollPause: PollPause;
  readonly #settings: LogWatcherSettings;
  readonly #metrics: WatcherMetrics;
  readonly #logger: Logger;
  readonly #now: () => number;
  #lease: Lease | undefined;
  /** The highest head this watcher has seen of a history, also before it lost the lease. */
  #seen: Lease | undefined;
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
    now?: () => number;
  }) {
    this.#database = parts.database;
    this.#bus = parts.bus;
    this.#pollPause = parts.pollPause;
    this.#settings = parts.settings;
    this.#metrics = parts.metrics;
    this.#logger = parts.logger;
    this.#now = parts.now ?? (() => performance.now());
    this.#lastSuccess = this.#now();
  }

  get leading(): boolean {
    return this.#lease !== undefined;
  }

  /** Milliseconds since the database last answered. */
  get silentMs(): number {
    return this.#now() - this.#lastSuccess;
  }

  /** For how long this watcher has led without a failure, milliseconds; 0 while it does not lead. */
  get steadyMs(): number {
    return this.#steadySince === undefined ? 0 : this.#now() - this.#steadySince;
  }

  /** Works until the signal aborts, then hands the lease over. */
  async run(signal: AbortSignal): Promise<void> {
    const backoff = new Backoff({ baseMs: 100, capMs: 2000 });
    while (!signal.aborted) {
      try {
        const pauseMs = await this.#round();
        this.#noteSuccess();
        backoff.reset();
        // Never past the next renewal: a long poll interval must not cost the lease.
        const untilRenewalMs = this.leading ? Math.max(0, this.#renewedAt + renewEveryMs - this.#now()) : pauseMs;
        if (pauseMs > 0) await this.#pollPause.wait(Math.min(pauseMs, untilRenewalMs), leastPauseMs, signal);
      } catch (error) {
        this.#metrics.errors.inc();
        this.#steadySince = undefined;
        if (error instanceof NotLeadingError) {
          this.#stopLeading("the lease is held by another watcher");
          continue;
        }
        const waitMs = backoff.next();
        this.#logger.error({ err: error, waitMs: Math.round(waitMs) }, "cannot read the log; trying again");
        await sleep(waitMs, signal);
      }
    }
    await this.#handOver();
  }

  #noteSuccess(): void {
    const now = this.#now();
    if (!this.#lease) this.#steadySince = undefined;
    // Also when the process or its machine stood still: others may not have been able to say that they live.
    else if (this.#steadySince === undefined || now - this.#lastSuccess > interruptionMs) this.#steadySince = now;
    this.#lastSuccess = now;
  }

  /** One look at the lease and the log. Answers the pause before the next one; 0 means at once. */
  async #round(): Promise<number> {
    if (this.#now() - this.#renewedAt >= renewEveryMs && !(await this.#renew())) return standbyPollMs;
    const lease = this.#lease;
    if (!lease) return standbyPollMs;

    const window = this.#now() >= this.#unboundedAt ? "all" : "recent";
    const started = this.#now();
    const claim = await this.#database.claim(this.#settings.CLAIM_BATCH, this.#seen?.head ?? lease.head, window);
    const tookMs = this.#now() - started;
    this.#metrics.polls.inc({ result: claim ? "rows" : "empty" });
    const full = claim !== undefined && claim.last - claim.first + 1 >= this.#settings.CLAIM_BATCH;
    // A full unbounded batch means a backlog of old rows, which bounded polls do not see: the next one is unbounded too.
    if (window === "all" && !full) {
      this.#unboundedAt = this.#now() + Math.max(unboundedEveryMs, unboundedShare * tookMs);
    }
    if (!claim) {
      const busy = this.#now() - this.#changedAt < busyForMs;
      return busy ? this.#settings.POLL_BUSY_MS : this.#settings.POLL_INTERVAL_MS;
    }

    this.#changedAt = this.#now();
    this.#metrics.claimSeconds.observe(tookMs / 1000);
    // Moved before the rows are told: if reading or publishing fails now, the next heartbeat names this head and every
    // gateway reads the rows itself.
    this.#lease = { head: claim.last, epoch: claim.epoch };
    this.#see(this.#lease);
    this.#metrics.head.set(claim.last);
    await this.#tell(claim);
    return full ? 0 : this.#settings.POLL_BUSY_MS;
  }

  /** Takes or renews the lease, and only then sends a heartbeat: a watcher that lost it must not name an old head. */
  async #renew(): Promise<boolean> {
    const lease = await this.#database.lead();
    if (!lease) {
      this.#stopLeading("another watcher leads");
      return false;
    }
    this.#renewedAt = this.#now();
    if (!this.#lease) {
      this.#metrics.takeovers.inc();
      this.#metrics.leading.set(1);
      this.#unboundedAt = Number.NEGATIVE_INFINITY;
      this.#logger.info({ head: lease.head, epoch: lease.epoch }, "leading");
    }
    this.#lease = lease;
    this.#see(lease);
    this.#metrics.head.set(lease.head);
    await this.#bus.publish({ type: "heartbeat", epoch: lease.epoch, seq: lease.head });
    return true;
  }

  /**
   * Never goes back within a history: a server that lost numbers in a failover answers with a lower head, and the claim
   * that is told of the higher one starts a new history instead of giving the lost numbers to other rows.
   */
  #see({ head, epoch }: Lease): void {
    const before = this.#seen?.epoch === epoch ? this.#seen.head : 0;
    this.#seen = { head: Math.max(before, head), epoch };
  }

  async #tell(claim: Claim): Promise<void> {
    const count = claim.last - claim.first + 1;
    const rows: LogRow[] = await this.#database.read(claim.first - 1, count);
    // Dropped or queued again since the claim: a hint without them would lead the gateways past them. They look themselves.
    if (rows.length !== count || rows.at(-1)?.sync_seq !== claim.last) {
      this.#metrics.hints.inc({ result: "dropped" });
      return;
    }
    const items = coalesce(rows);
    const told = await this.#bus.publish({
      type: "hint",
      epoch: claim.epoch,
      prev: claim.first - 1,
      seq: claim.last,
      items,
    });
    this.#metrics.rows.inc(rows.length);
    this.#metrics.hints.inc({ result: told ? "sent" : "dropped" });
    const oldest = rows.reduce((least, row) => Math.min(least, row.created_ms), Number.POSITIVE_INFINITY);
    if (Number.isFinite(oldest)) this.#metrics.lagSeconds.observe(Math.max(0, Date.now() - oldest) / 1000);
    this.#logger.debug({ first: claim.first, last: claim.last, items: items.length, told }, "claimed");
  }

  #stopLeading(reason: string): void {
    this.#renewedAt = Number.NEGATIVE_INFINITY;
    if (!this.#lease) return;
    this.#lease = undefined;
    this.#metrics.leading.set(0);
    this.#logger.warn({ reason }, "not leading any more");
  }

  async #handOver(): Promise<void> {
    if (!this.#lease) return;
    this.#stopLeading("stopping");
    try {
      await this.#database.resign();
    } catch (error) {
      this.#logger.warn({ err: error }, "could not hand the lease over; it expires by itself");
    }
  }
}
