import type { DownMessage, UpMessage } from "@heliograph/protocol";
import { backoffDelay } from "@heliograph/shared/backoff";
import type { Clock } from "@heliograph/shared/clock";
import { type EntityKey, entityKey, splitEntityKey } from "@heliograph/shared/entity-key";
import { Timer } from "@heliograph/shared/timer";
import type { Logger } from "../platform/logger.ts";
import { retryBackoff } from "../platform/retry-delay.ts";
import type { EntityStore, StoredEntity, UseMark } from "../store/entity-store.ts";
import { type GoneRow, idsPerMessage, type Limits } from "./subscribe-batch.ts";

/** Rows read from the device in one go: a slice that no page feels. */
export const rowsPerSlice = 500;
/** Pause between two questions. The longest device, of 20 000 rows, is through within a minute. */
export const gapMs = 1_000;
/** What has just appeared on the page comes first. */
export const firstPauseMs = 2_000;
/** Clients that lost one gateway together come back together: what nobody looks at may wait for half a minute. */
export const spreadMs = 30_000;
/** An answer that took long tells of a busy server: it is left alone for this many times as long. */
const restFactor = 10;
/** As often is something else let pass first. A row that can never be read must not keep the others on the device. */
const maxYields = 30;
/** An answer takes one database read; ten seconds without one mean that it was lost with something on the way. */
const answerTimeoutMs = 10_000;

export type HeldRowsPorts = {
  /** False when there is no connection. */
  readonly send: (message: UpMessage) => boolean;
  readonly store: Pick<EntityStore, "readByUse">;
  /** This tab speaks for the device. */
  readonly leads: () => boolean;
  /** Connected, and everything that was missed is read. */
  readonly isCaughtUp: () => boolean;
  /** Something that a view waits for is under way. */
  readonly isBusy: () => boolean;
  /** Whether the row has a subscription of its own, which compares it anyway. */
  readonly isWatched: (entityCode: string, id: string) => boolean;
  readonly onGone: (entityCode: string, rows: readonly GoneRow[]) => void;
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
};

/** `seen`: the version held of each row. */
type Question = { readonly entityCode: string; readonly seen: ReadonlyMap<string, number> };
type Asked = Question & { readonly correlationId: string; readonly at: number };

/**
 * Rows that are on the device and nowhere else: shown once, and neither subscribed nor inside a container that is. While
 * there was no connection nothing told of their loss, so after a new one the server is asked about all of them, once, in
 * small slices behind everything that somebody waits for. What is gone, or may no longer be read, is removed. What
 * merely changed is left as it is: a view that shows it asks for it with the version held.
 *
 * Asked about, rows need no subscription: the server compares and keeps nothing.
 */
export class HeldRows {
  readonly #ports: HeldRowsPorts;
  readonly #timer: Timer;
  #limits: Limits | undefined;
  /** Not all rows are compared. */
  #due = false;
  #begun = false;
  /** Counts connections, so that what was read for an older one does not count. */
  #session = 0;
  #after: UseMark | undefined;
  #atEnd = false;
  readonly #waiting: Question[] = [];
  #asked: Asked | undefined;
  /** Rows that are written meanwhile move to the end, and containers compare some: once is enough. */
  readonly #compared = new Set<EntityKey>();
  #yields = 0;
  #failures = 0;
  #nextId = 1;

  constructor(ports: HeldRowsPorts) {
    this.#ports = ports;
    this.#timer = new Timer(ports.clock);
  }

  /** A connection without a past, or one whose past does not count any more. */
  afresh(limits: Limits | undefined = this.#limits): void {
    this.lost();
    this.#reset();
    this.#limits = limits;
    this.#due = true;
    const spread = this.#begun ? spreadMs * this.#ports.random() : 0;
    this.#begun = true;
    this.#later(firstPauseMs + spread);
  }

  /** The connection goes on, and so does what was not finished on it. */
  resumed(limits: Limits): void {
    this.lost();
    this.#limits = limits;
    if (this.#due) this.#later(firstPauseMs);
  }

  /** No connection to ask on. */
  lost(): void {
    this.#session += 1;
    this.#timer.clear();
    this.#limits = undefined;
    this.#again();
  }

  /** Somebody else asked about these rows on this connection. */
  compared(entityCode: string, ids: Iterable<string>): void {
    if (this.#due) for (const id of ids) this.#compared.add(entityKey(entityCode, id));
  }

  /** False when the message answers something else. */
  takes(message: DownMessage): boolean {
    const asked = this.#asked;
    if (!asked || (message.type !== "SUBSCRIBED" && message.type !== "ERROR")) return false;
    if (message.id !== asked.correlationId) return false;
    this.#timer.clear();
    if (message.type === "ERROR" && message.payload.code === "unavailable") {
      this.#again();
      this.#failures += 1;
      this.#later(gapMs + backoffDelay(this.#failures, this.#ports.random(), retryBackoff));
      return true;
    }
    this.#asked = undefined;
    this.#failures = 0;
    const { entityCode, seen, at } = asked;
    if (message.type === "SUBSCRIBED") this.#remove(entityCode, seen, message.payload.gone);
    // A type that was withdrawn is nobody's to read.
    else if (message.payload.code === "unknown_entity") this.#remove(entityCode, seen, [...seen.keys()]);
    else this.#ports.logger.warn(`[Sync] Held ${entityCode} rows could not be compared: ${message.payload.message}`);
    this.#later(Math.max(gapMs, restFactor * (this.#ports.clock.now() - at)));
    return true;
  }

  #remove(entityCode: string, seen: Question["seen"], gone: readonly string[]): void {
    const rows = gone.flatMap((id) => (seen.has(id) ? [{ id, seen: seen.get(id) ?? 0 }] : []));
    if (rows.length === 0) return;
    this.#ports.logger.info(`[Sync] No longer on this device: ${entityCode} (${rows.length})`);
    this.#ports.onGone(entityCode, rows);
  }

  #later(delayMs: number): void {
    this.#timer.set(delayMs, () => void this.#step());
  }

  async #step(): Promise<void> {
    if (!this.#limits) return;
    // A follower's rows are the leader's; one that is to lead gets a connection of its own first.
    if (!this.#limits.covered || !this.#ports.leads()) return this.#reset();
    if (!this.#ports.isCaughtUp()) return this.#later(gapMs);
    if (this.#ports.isBusy() && this.#yields < maxYields) {
      this.#yields += 1;
      return this.#later(gapMs);
    }
    const session = this.#session;
    if (this.#waiting.length === 0 && !this.#atEnd) {
      const slice = await this.#read();
      if (session !== this.#session) return; // read again by the next connection
      this.#take(slice, this.#limits);
    }
    const question = this.#waiting.shift();
    if (question) this.#ask(question);
    else if (this.#atEnd) this.#reset();
    else this.#later(gapMs);
  }

  /** A store that cannot be read has nothing to compare. */
  async #read(): Promise<readonly StoredEntity[]> {
    try {
      return (await this.#ports.store.readByUse?.(this.#after, rowsPerSlice)) ?? [];
    } catch (error) {
      this.#ports.logger.warn(`[Sync] Held rows could not be read: ${String(error)}`);
      return [];
    }
  }

  #take(slice: readonly StoredEntity[], limits: Limits): void {
    this.#after = slice.at(-1) ?? this.#after;
    this.#atEnd = slice.length < rowsPerSlice;
    const most = idsPerMessage(limits);
    for (const [entityCode, rows] of Map.groupBy(slice, (row) => row.entityCode)) {
      const open = rows.flatMap((row): [string, number][] => {
        const { entityId: id } = splitEntityKey(row.id);
        if (row.gone || this.#compared.has(row.id) || this.#ports.isWatched(entityCode, id)) return [];
        this.#compared.add(row.id);
        return [[id, row.ver]];
      });
      for (let at = 0; at < open.length; at += most)
        this.#waiting.push({ entityCode, seen: new Map(open.slice(at, at + most)) });
    }
  }

  #ask({ entityCode, seen }: Question): void {
    const correlationId = `h${this.#nextId++}`;
    this.#asked = { entityCode, seen, correlationId, at: this.#ports.clock.now() };
    this.#timer.set(answerTimeoutMs, () => {
      this.#again();
      void this.#step();
    });
    const payload = { entityCode, covered: [...seen.keys()], coveredVersions: [...seen.values()] };
    // Not sent: the link breaks, and it is asked again on the next one.
    this.#ports.send({ type: "SUBSCRIBE", id: correlationId, payload });
  }

  /** What was asked stays to be asked. */
  #again(): void {
    if (this.#asked) this.#waiting.unshift(this.#asked);
    this.#asked = undefined;
  }

  /** Nothing is due, and nothing of it is remembered. */
  #reset(): void {
    this.#due = false;
    this.#asked = undefined;
    this.#after = undefined;
    this.#atEnd = false;
    this.#waiting.length = 0;
    this.#compared.clear();
    this.#yields = 0;
    this.#failures = 0;
  }
}
