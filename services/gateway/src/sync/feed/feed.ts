import { type ChangeBatch, coalesce, type FeedMessage, type LogChange, type LogRow } from "@heliograph/server-kit";
import { Backoff } from "@heliograph/shared/backoff";
import type { Clock } from "@heliograph/shared/clock";
import { sleep } from "@heliograph/shared/sleep";
import { Batcher } from "../../concurrency/batcher.ts";
import type { SyncObserver } from "../sync-observer.ts";
import type { FeedPosition } from "./feed-position.ts";
import type { FeedSegment } from "./replay-ring.ts";

/** Head of the feed as the database has it. */
export interface FeedHead extends FeedPosition {
  /** The log is complete from this number on. */
  readonly minSeq: number;
  /** Changes since then wait for their sequence number, milliseconds since 1970; null: none waits for long. */
  readonly behindSince: number | null;
}

/** Why sockets must be reset: the log was replaced, or too much would have to be caught up. */
export type FeedBreak = "other_history" | "cursor_too_old";

/** Why the log was read instead of a hint applied. */
export type RepairReason = "gap" | "heartbeat" | "reconnect" | "silence" | "head" | "poll" | "resume";

export interface FeedPorts {
  readHead(): Promise<FeedHead>;
  /** Rows after `after` in sequence, at most `limit`. */
  readLog(after: number, limit: number): Promise<readonly LogRow[]>;
  /** Takes the next segment of the feed. */
  apply(segment: FeedSegment): void;
  /** The feed goes on at this position without what lies between: all sockets must be reset. */
  onReset(kind: FeedBreak, reason: string, position: FeedPosition): void;
  /** The head was read at start or by the regular check. */
  onHeadRead(head: FeedHead): void;
  readonly clock: Clock;
  readonly random: () => number;
  /** False: no Redis is configured, the log is polled. */
  readonly bus: boolean;
  readonly pollIntervalMs: number;
  readonly observer: Pick<SyncObserver, "feedMoved" | "feedRepaired" | "feedFailed">;
}

/** Rows read at once; 5000 take about 20 ms. */
export const logPageSize = 5000;
/** The leader sends a heartbeat every second: after three missing ones, the bus counts as silent. */
export const silenceMs = 3000;
/** The head is checked this often regardless of the bus: a subscription may receive nothing, and a former leader may name a wrong head. */
export const headCheckMs = 5000;
/** The same while changes are delayed, so that clients learn soon that the delay is over. */
const delayedHeadCheckMs = 1000;
/** How long a RESUME waits for this gateway to reach its cursor. */
const catchUpTimeoutMs = 10_000;
/** How often the log is read while the bus is connected and silent. */
const silentPollMs = 1000;
/** When the feed is further behind, reading the log costs more than letting the clients compare versions. */
export const maxCatchUpRows = 100_000;
/** Hints kept while the log is read, so that a steady stream of them does not cause one read after the other. */
const maxKeptHints = 64;

interface Repair {
  readonly reason: RepairReason;
  /** Sequence number that a message or the head named. */
  readonly target: number;
}

/**
 * The gateway's position in the sequence of changes. A hint that continues the position moves it; anything missing is read
 * from the log. The position moves only to numbers of rows that were read or applied, never to a head that was read on its
 * own: the rows between would be skipped forever.
 */
export class Feed {
  readonly #ports: FeedPorts;
  #position: FeedPosition | undefined;
  #connected = false;
  #heardAt = Number.NEGATIVE_INFINITY;
  #polledAt = Number.NEGATIVE_INFINITY;
  #headReadAt = Number.NEGATIVE_INFINITY;
  /** A requested read of the log. */
  #requested: Repair | undefined;
  #headRequested = false;
  #reading = false;
  #keptHints: ChangeBatch[] = [];
  #pause: AbortController | undefined;
  #headEveryMs = headCheckMs;
  /** Called whenever the position has changed. */
  readonly #onMove = new Set<() => void>();
  /** Callers that need a head read after their call; one read answers all of them. */
  readonly #heads: Batcher<undefined, FeedHead>;

  constructor(ports: FeedPorts) {
    this.#ports = ports;
    this.#heads = new Batcher(
      async (callers) => {
        const head = await ports.readHead();
        return callers.map(() => head);
      },
      { maxJobs: 10_000 },
    );
  }

  /** Undefined until `start`. */
  get position(): FeedPosition | undefined {
    return this.#position;
  }

  /** Reads the head and starts there. Sockets may be served from then on. */
  async start(): Promise<void> {
    this.startAt(await this.#ports.readHead());
  }

  /** Starts at a known head. */
  startAt(head: FeedHead): void {
    this.#position = { epoch: head.epoch, seq: head.seq };
    this.#ports.onHeadRead(head);
    const now = this.#ports.clock.now();
    this.#headReadAt = now;
    this.#polledAt = now;
    this.#heardAt = now;
    this.#ports.observer.feedMoved(head.seq, this.#ports.clock.wallNow());
  }

  /** Follows the log until the signal aborts. A failure is retried after 0.05 to 2 s. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, observer, random } = this.#ports;
    const backoff = new Backoff({ baseMs: 100, capMs: 2000, random });
    while (!signal.aborted) {
      try {
        if (await this.#step()) backoff.reset();
        else await this.#pauseUntilDue(signal);
      } catch (error) {
        observer.feedFailed(error);
        await sleep(50 + backoff.next(), signal, clock);
      }
    }
  }

  /** Takes a message from the bus. It may be old, a duplicate, out of order, or from a leader that was replaced. */
  onMessage(message: FeedMessage): void {
    this.#heardAt = this.#ports.clock.now();
    const position = this.#position;
    if (!position) return;
    if (message.epoch !== position.epoch) {
      // Either side may be the outdated one; the database decides.
      this.#headRequested = true;
      this.#endPause();
    } else if (message.seq <= position.seq) {
      return;
    } else if (message.type === "heartbeat") {
      this.#requestRepair("heartbeat", message.seq);
    } else if (message.prev === position.seq) {
      this.#applyHint(message, position);
    } else if (this.#reading && this.#keptHints.length < maxKeptHints) {
      this.#keptHints.push(message);
    } else {
      this.#requestRepair("gap", message.seq);
    }
  }

  /** The bus is subscribed, possibly again; what was published before is lost. */
  onConnected(): void {
    this.#connected = true;
    this.#heardAt = this.#ports.clock.now();
    this.#requestRepair("reconnect", 0);
  }

  onDisconnected(): void {
    this.#connected = false;
    this.#endPause();
  }

  #requestRepair(reason: RepairReason, target: number): void {
    const before = this.#requested;
    this.#requested = { reason: before?.reason ?? reason, target: Math.max(before?.target ?? 0, target) };
    this.#endPause();
  }

  #endPause(): void {
    this.#pause?.abort();
  }

  /** Does what is due. @returns false when nothing is */
  async #step(): Promise<boolean> {
    const { clock } = this.#ports;
    const now = clock.now();
    if (this.#headRequested || now - this.#headReadAt >= this.#headEveryMs) {
      this.#headRequested = false;
      this.#headReadAt = now;
      await this.#checkHead();
      return true;
    }
    const repair = this.#requested ?? this.#duePoll(now);
    if (!repair) return false;
    await this.#repair(repair);
    return true;
  }

  #duePoll(now: number): Repair | undefined {
    const interval = this.#pollInterval(now);
    if (interval === undefined || now - this.#polledAt < interval) return undefined;
    return { reason: this.#ports.bus && this.#connected ? "silence" : "poll", target: 0 };
  }

  /** @returns undefined while the bus works */
  #pollInterval(now: number): number | undefined {
    if (!this.#ports.bus || !this.#connected) return this.#ports.pollIntervalMs;
    return now - this.#heardAt >= silenceMs ? silentPollMs : undefined;
  }

  async #pauseUntilDue(signal: AbortSignal): Promise<void> {
    // Requested since the last step, when there was no pause to end.
    if (this.#requested || this.#headRequested) return;
    const { clock, bus, pollIntervalMs } = this.#ports;
    const now = clock.now();
    const untilHead = this.#headReadAt + this.#headEveryMs - now;
    const untilPoll =
      bus && this.#connected
        ? Math.max(this.#heardAt + silenceMs, this.#polledAt + silentPollMs) - now
        : this.#polledAt + pollIntervalMs - now;
    const pause = new AbortController();
    this.#pause = pause;
    await sleep(Math.max(1, Math.min(untilHead, untilPoll)), AbortSignal.any([pause.signal, signal]), clock);
    this.#pause = undefined;
  }

  /** Reads the head from the writer and compares it with the position. */
  async #checkHead(): Promise<void> {
    const before = this.#position;
    const head = await this.#ports.readHead();
    const position = this.#position;
    this.#headEveryMs = head.behindSince === null ? headCheckMs : delayedHeadCheckMs;
    this.#ports.onHeadRead(head);
    if (!before || !position) return;
    if (head.epoch !== position.epoch) this.#adopt(head, "other_history", "the log epoch changed");
    // Compared with the position before the read: hints may have moved it in the meantime.
    else if (head.seq < before.seq) this.#adopt(head, "other_history", "the log is shorter than before");
    else if (head.seq > position.seq) this.#requestRepair("head", head.seq);
  }

  #adopt(head: FeedHead, kind: FeedBreak, reason: string): void {
    const position = { epoch: head.epoch, seq: head.seq };
    this.#position = position;
    this.#requested = undefined;
    this.#keptHints = [];
    this.#ports.observer.feedMoved(position.seq, this.#ports.clock.wallNow());
    this.#ports.onReset(kind, reason, position);
    for (const check of this.#onMove) check();
  }

  /**
   * Waits until this gateway is at least at the position of a client that resumes from another gateway.
   *
   * @returns `cursor_ahead`: the database itself is not there
   * @throws when the position is not reached in time
   */
  async catchUpTo(target: FeedPosition): Promise<"reached" | "other_history" | "cursor_ahead"> {
    if (this.#isAt(target)) return "reached";
    // The target may be of an epoch that this gateway has not noticed yet, so only the database can tell.
    const head = await this.#heads.add(undefined);
    if (head.epoch !== this.#position?.epoch) this.#headRequested = true;
    this.#endPause();
    if (head.epoch !== target.epoch) return "other_history";
    if (head.seq < target.seq) return "cursor_ahead";
    this.#requestRepair("resume", target.seq);
    return (await this.#untilAt(target)) ? "reached" : "other_history";
  }

  #isAt({ epoch, seq }: FeedPosition): boolean {
    return this.#position?.epoch === epoch && this.#position.seq >= seq;
  }

  /** @returns false when this gateway moved to yet another epoch */
  #untilAt(target: FeedPosition): Promise<boolean> {
    const before = this.#position?.epoch;
    return new Promise((resolve, reject) => {
      const end = (): void => {
        this.#onMove.delete(check);
        cancel();
      };
      const check = (): void => {
        const epoch = this.#position?.epoch;
        if (!this.#isAt(target) && (epoch === target.epoch || epoch === before)) return;
        end();
        resolve(this.#isAt(target));
      };
      const cancel = this.#ports.clock.setTimer(() => {
        end();
        reject(new Error("the feed did not reach the cursor in time"));
      }, catchUpTimeoutMs);
      this.#onMove.add(check);
      check();
    });
  }

  async #repair({ reason, target }: Repair): Promise<void> {
    if (!this.#position) return;
    this.#requested = undefined;
    this.#polledAt = this.#ports.clock.now();
    const { epoch, seq: after } = this.#position;
    let rows: readonly LogRow[];
    this.#reading = true;
    try {
      rows = await this.#ports.readLog(after, logPageSize);
    } catch (error) {
      this.#requestRepair(reason, target);
      throw error;
    } finally {
      this.#reading = false;
    }
    if (rows.length > 0 || reason !== "poll") this.#ports.observer.feedRepaired(reason, rows.length);
    if (!rows.every((row, at) => row.sync_seq === after + 1 + at)) {
      this.#adopt(await this.#ports.readHead(), "other_history", "the log has a gap");
      return;
    }
    this.#applyRows(rows, epoch);
    this.#applyKeptHints();
    await this.#continueRepair({ reason, target }, rows.length === logPageSize);
  }

  /** After a page: reads the next one, or finds out why the log ends before the requested number. */
  async #continueRepair({ reason, target }: Repair, full: boolean): Promise<void> {
    const position = this.#position;
    if (!position) return;
    if (!full && target <= position.seq) return;
    const head = await this.#ports.readHead();
    if (head.epoch !== this.#position?.epoch) this.#adopt(head, "other_history", "the log epoch changed");
    else if (head.seq - position.seq > maxCatchUpRows) this.#adopt(head, "cursor_too_old", "too far behind");
    else if (full) this.#requestRepair(reason, head.seq);
    // The requested number is neither in the log nor claimed: the message was not sent by a leader of this epoch.
    else if (head.seq <= position.seq) return;
    // The page was read before the head: a row that was sequenced in between is there now, a deleted one is not.
    else if ((await this.#ports.readLog(position.seq, 1)).length === 0)
      this.#adopt(head, "other_history", "the log has a gap");
    else this.#requestRepair(reason, head.seq);
  }

  #applyRows(rows: readonly LogRow[], epoch: string): void {
    const position = this.#position;
    if (!position || position.epoch !== epoch) return;
    // Hints may have been applied while the page was read.
    const fresh = rows.filter((row) => row.sync_seq > position.seq);
    const last = fresh.at(-1);
    if (!last) return;
    this.#move(coalesce(fresh), { epoch, seq: last.sync_seq });
  }

  #applyHint(hint: ChangeBatch, position: FeedPosition): void {
    this.#move(hint.changes, { epoch: position.epoch, seq: hint.seq });
  }

  #applyKeptHints(): void {
    const hints = this.#keptHints;
    this.#keptHints = [];
    for (const hint of hints) this.onMessage(hint);
  }

  #move(changes: readonly LogChange[], to: FeedPosition): void {
    const after = this.#position?.seq ?? to.seq;
    this.#position = to;
    this.#ports.observer.feedMoved(
      to.seq,
      changes.reduce((newest, change) => Math.max(newest, change.changedAt), 0),
    );
    try {
      this.#ports.apply({ epoch: to.epoch, after, seq: to.seq, changes });
    } catch (error) {
      // Which sockets received what of this batch is unknown, and it is not read again: the clients compare versions instead.
      this.#ports.observer.feedFailed(error);
      this.#ports.onReset("cursor_too_old", "a batch of changes could not be applied", to);
    }
    for (const check of this.#onMove) check();
  }
}
