import { type ChangeBatch, coalesce, type FeedMessage, type LogChange, type LogRow } from "@heliograph/server-kit";
import { Backoff } from "@heliograph/shared/backoff";
import type { Clock } from "@heliograph/shared/clock";
import { sleep } from "@heliograph/shared/sleep";
import { Batcher } from "../../concurrency/batcher.ts";
import type { Position } from "../delivery/sync-cursor.ts";
import type { Stretch } from "./replay-ring.ts";

/** Head of the feed as the database knows it. */
export type Head = Position & {
  /** The log is complete from this number on. */
  readonly minSeq: number;
  /** Changes since then wait for their number: milliseconds since 1970; null: none waits for long. */
  readonly behindSince: number | null;
};

/** Why sockets have to begin afresh. */
export type Break = "other_history" | "cursor_too_old";

/** Why the log was read instead of a hint applied. */
export type RepairReason = "gap" | "heartbeat" | "reconnect" | "silence" | "head" | "poll" | "resume";

export type FeedPorts = {
  readHead(): Promise<Head>;
  /** Rows after `after` in sequence, at most `limit`. */
  readLog(after: number, limit: number): Promise<readonly LogRow[]>;
  /** The next stretch of the feed. */
  apply(stretch: Stretch): void;
  /** What the sockets were told no longer fits the database: they have to begin afresh, from this place on. */
  anotherHistory(kind: Break, reason: string, position: Position): void;
  readonly clock: Clock;
  readonly random: () => number;
  /** False: no Redis is configured, the log is polled. */
  readonly bus: boolean;
  readonly pollIntervalMs: number;
  readonly observe: {
    moved(position: Position, newestMs: number): void;
    repaired(reason: RepairReason, rows: number): void;
    failed(error: unknown): void;
    /** The regular look at the head. */
    headRead(head: Head): void;
  };
};

/** Rows read at once; 5000 take about 20 ms. */
export const pageSize = 5000;
/** The leader's heartbeat comes every second: three missing ones mean that nobody can be heard. */
export const silenceMs = 3000;
/** The head is read this often whatever the bus says, because the bus may be deaf and a leader wrong. */
export const headCheckMs = 5000;
/** The same while changes are being delayed, so that the end of it is told soon. */
const delayedHeadCheckMs = 1000;
/** How long a RESUME waits for this pod to reach its cursor. */
const reachMs = 10_000;
/** How often the log is read while the bus is connected and silent. */
const silentPollMs = 1000;
/** Further behind than this, reading the log costs more than letting the sockets compare versions. */
export const farBehind = 100_000;
/** Hints kept while the log is read, so that a steady stream of them does not cause one read after the other. */
const maxHeld = 64;

/**
 * The pod's place in the sequence of changes. Hints move it when they follow on directly; whatever is missing is read from
 * the log. It moves only to numbers of rows that were really read or applied, never to a head read apart: the rows between
 * would be skipped for ever.
 */
export class Feed {
  readonly #ports: FeedPorts;
  #position: Position | undefined;
  #connected = false;
  #heardAt = Number.NEGATIVE_INFINITY;
  #polledAt = Number.NEGATIVE_INFINITY;
  #headReadAt = Number.NEGATIVE_INFINITY;
  /** A read of the log that somebody asked for. */
  #wanted: { reason: RepairReason; target: number } | undefined;
  #headWanted = false;
  #reading = false;
  #held: ChangeBatch[] = [];
  #wake: AbortController | undefined;
  #headEveryMs = headCheckMs;
  /** Called whenever the position has changed. */
  readonly #waiting = new Set<() => void>();
  /** Questions that need a head read after they were asked; one read for all of them. */
  readonly #heads: Batcher<undefined, Head>;

  constructor(ports: FeedPorts) {
    this.#ports = ports;
    this.#heads = new Batcher(
      async (asked) => {
        const head = await ports.readHead();
        return asked.map(() => head);
      },
      { maxJobs: 10_000 },
    );
  }

  /** Undefined until the head was read for the first time. */
  get position(): Position | undefined {
    return this.#position;
  }

  /** Takes the head as the starting place. Sockets may be served from then on. */
  async start(): Promise<void> {
    const head = await this.#ports.readHead();
    this.#position = { epoch: head.epoch, seq: head.seq };
    this.#ports.observe.headRead(head);
    const now = this.#ports.clock.now();
    this.#headReadAt = now;
    this.#polledAt = now;
    this.#heardAt = now;
    this.#ports.observe.moved(this.#position, this.#ports.clock.wallNow());
  }

  /** Follows the log until the signal aborts. Failures are retried, 0.05 to 2 s apart. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, observe, random } = this.#ports;
    const backoff = new Backoff({ baseMs: 100, capMs: 2000, random });
    while (!signal.aborted) {
      try {
        if (await this.#step()) backoff.reset();
        else await this.#rest(signal);
      } catch (error) {
        observe.failed(error);
        await sleep(50 + backoff.next(), signal, clock);
      }
    }
  }

  /** A message from the bus. Anything may arrive: old, doubled, out of order, from a leader that was replaced. */
  onMessage(message: FeedMessage): void {
    this.#heardAt = this.#ports.clock.now();
    const position = this.#position;
    if (!position) return;
    if (message.epoch !== position.epoch) {
      // Either side may be the old one; the database decides.
      this.#headWanted = true;
      this.#wakeUp();
    } else if (message.seq <= position.seq) {
      return;
    } else if (message.type === "heartbeat") {
      this.#want("heartbeat", message.seq);
    } else if (message.prev === position.seq) {
      this.#applyHint(message, position);
    } else if (this.#reading && this.#held.length < maxHeld) {
      this.#held.push(message);
    } else {
      this.#want("gap", message.seq);
    }
  }

  /** The bus is (again) subscribed: what was published before is lost. */
  onConnected(): void {
    this.#connected = true;
    this.#heardAt = this.#ports.clock.now();
    this.#want("reconnect", 0);
  }

  onDisconnected(): void {
    this.#connected = false;
    this.#wakeUp();
  }

  #want(reason: RepairReason, target: number): void {
    const before = this.#wanted;
    this.#wanted = { reason: before?.reason ?? reason, target: Math.max(before?.target ?? 0, target) };
    this.#wakeUp();
  }

  #wakeUp(): void {
    this.#wake?.abort();
  }

  /** Does what is due. False when nothing is. */
  async #step(): Promise<boolean> {
    const { clock } = this.#ports;
    const now = clock.now();
    if (this.#headWanted || now - this.#headReadAt >= this.#headEveryMs) {
      this.#headWanted = false;
      this.#headReadAt = now;
      await this.#checkHead();
      return true;
    }
    const wanted = this.#wanted ?? this.#poll(now);
    if (!wanted) return false;
    await this.#repair(wanted);
    return true;
  }

  #poll(now: number): { reason: RepairReason; target: number } | undefined {
    const interval = this.#pollInterval(now);
    if (interval === undefined || now - this.#polledAt < interval) return undefined;
    return { reason: this.#ports.bus && this.#connected ? "silence" : "poll", target: 0 };
  }

  /** Undefined while the bus works. */
  #pollInterval(now: number): number | undefined {
    if (!this.#ports.bus || !this.#connected) return this.#ports.pollIntervalMs;
    return now - this.#heardAt >= silenceMs ? silentPollMs : undefined;
  }

  async #rest(signal: AbortSignal): Promise<void> {
    // Asked for since the last look: nobody was there to be woken.
    if (this.#wanted || this.#headWanted) return;
    const { clock, bus, pollIntervalMs } = this.#ports;
    const now = clock.now();
    const untilHead = this.#headReadAt + this.#headEveryMs - now;
    const untilPoll =
      bus && this.#connected
        ? Math.max(this.#heardAt + silenceMs, this.#polledAt + silentPollMs) - now
        : this.#polledAt + pollIntervalMs - now;
    const wake = new AbortController();
    this.#wake = wake;
    await sleep(Math.max(1, Math.min(untilHead, untilPoll)), AbortSignal.any([wake.signal, signal]), clock);
    this.#wake = undefined;
  }

  /** Reads the head from the writer and compares. */
  async #checkHead(): Promise<void> {
    const before = this.#position;
    const head = await this.#ports.readHead();
    const position = this.#position;
    this.#headEveryMs = head.behindSince === null ? headCheckMs : delayedHeadCheckMs;
    this.#ports.observe.headRead(head);
    if (!before || !position) return;
    if (head.epoch !== position.epoch) this.#adopt(head, "other_history", "the history of the log was replaced");
    // Compared with the place from before the question: hints may have moved on while it was answered.
    else if (head.seq < before.seq) this.#adopt(head, "other_history", "the log is shorter than it was");
    else if (head.seq > position.seq) this.#want("head", head.seq);
  }

  #adopt(head: Head, kind: Break, reason: string): void {
    const position = { epoch: head.epoch, seq: head.seq };
    this.#position = position;
    this.#wanted = undefined;
    this.#held = [];
    this.#ports.observe.moved(position, this.#ports.clock.wallNow());
    this.#ports.anotherHistory(kind, reason, position);
    for (const look of this.#waiting) look();
  }

  /**
   * Makes sure that this pod is at least where somebody else was, as a socket tells that comes from another pod.
   * `cursor_ahead`: the database itself is not. @throws when that cannot be found out in time
   */
  async reach(place: Position): Promise<"reached" | "other_history" | "cursor_ahead"> {
    if (this.#isAt(place)) return "reached";
    // The place may be of a history that this pod has not noticed yet, so only the database can tell.
    const head = await this.#heads.add(undefined);
    if (head.epoch !== this.#position?.epoch) this.#headWanted = true;
    this.#wakeUp();
    if (head.epoch !== place.epoch) return "other_history";
    if (head.seq < place.seq) return "cursor_ahead";
    this.#want("resume", place.seq);
    return (await this.#untilAt(place)) ? "reached" : "other_history";
  }

  #isAt({ epoch, seq }: Position): boolean {
    return this.#position?.epoch === epoch && this.#position.seq >= seq;
  }

  /** False when this pod went over to yet another history. */
  #untilAt(place: Position): Promise<boolean> {
    const before = this.#position?.epoch;
    return new Promise((resolve, reject) => {
      const end = (): void => {
        this.#waiting.delete(look);
        cancel();
      };
      const look = (): void => {
        const epoch = this.#position?.epoch;
        if (!this.#isAt(place) && (epoch === place.epoch || epoch === before)) return;
        end();
        resolve(this.#isAt(place));
      };
      const cancel = this.#ports.clock.setTimer(() => {
        end();
        reject(new Error("the feed did not get as far in time"));
      }, reachMs);
      this.#waiting.add(look);
      look();
    });
  }

  async #repair({ reason, target }: { reason: RepairReason; target: number }): Promise<void> {
    if (!this.#position) return;
    this.#wanted = undefined;
    this.#polledAt = this.#ports.clock.now();
    const { epoch, seq: after } = this.#position;
    let rows: readonly LogRow[];
    this.#reading = true;
    try {
      rows = await this.#ports.readLog(after, pageSize);
    } catch (error) {
      this.#want(reason, target);
      throw error;
    } finally {
      this.#reading = false;
    }
    if (rows.length > 0 || reason !== "poll") this.#ports.observe.repaired(reason, rows.length);
    if (!rows.every((row, at) => row.sync_seq === after + 1 + at)) {
      this.#adopt(await this.#ports.readHead(), "other_history", "the log has a hole");
      return;
    }
    this.#applyRows(rows, epoch);
    this.#applyHeld();
    await this.#goOn({ reason, target, full: rows.length === pageSize });
  }

  /** After a page: another one, or the question why the log ends before the number that was announced. */
  async #goOn({ reason, target, full }: { reason: RepairReason; target: number; full: boolean }): Promise<void> {
    const position = this.#position;
    if (!position) return;
    if (!full && target <= position.seq) return;
    const head = await this.#ports.readHead();
    if (head.epoch !== this.#position?.epoch) this.#adopt(head, "other_history", "the history of the log was replaced");
    else if (head.seq - position.seq > farBehind) this.#adopt(head, "cursor_too_old", "too far behind");
    else if (full) this.#want(reason, head.seq);
    // What was announced is neither in the log nor claimed: a message that nobody of this history sent.
    else if (head.seq <= position.seq) return;
    // The page was read before the head: a row that was sequenced in between is there now, a deleted one is not.
    else if ((await this.#ports.readLog(position.seq, 1)).length === 0)
      this.#adopt(head, "other_history", "the log has a hole");
    else this.#want(reason, head.seq);
  }

  #applyRows(rows: readonly LogRow[], epoch: string): void {
    const position = this.#position;
    if (!position || position.epoch !== epoch) return;
    // Hints may have been applied while the page was read.
    const news = rows.filter((row) => row.sync_seq > position.seq);
    const last = news.at(-1);
    if (!last) return;
    this.#move(coalesce(news), { epoch, seq: last.sync_seq });
  }

  #applyHint(hint: ChangeBatch, position: Position): void {
    this.#move(hint.changes, { epoch: position.epoch, seq: hint.seq });
  }

  #applyHeld(): void {
    const held = this.#held;
    this.#held = [];
    for (const hint of held) this.onMessage(hint);
  }

  #move(changes: readonly LogChange[], to: Position): void {
    const after = this.#position?.seq ?? to.seq;
    this.#position = to;
    this.#ports.observe.moved(
      to,
      changes.reduce((newest, change) => Math.max(newest, change.changedAt), 0),
    );
    try {
      this.#ports.apply({ epoch: to.epoch, after, seq: to.seq, changes });
    } catch (error) {
      // Nobody knows who was told what of this batch, and it is not read again: the sockets compare versions instead.
      this.#ports.observe.failed(error);
      this.#ports.anotherHistory("cursor_too_old", "a batch of changes could not be applied", to);
    }
    for (const look of this.#waiting) look();
  }
}
