import type { DownMessage, UpMessage } from "@heliograph/protocol";
import { backoffDelay } from "@heliograph/shared/backoff";
import type { Clock } from "@heliograph/shared/clock";
import { type EntityKey, entityKey, splitEntityKey } from "@heliograph/shared/entity-key";
import { Timer } from "@heliograph/shared/timer";
import type { Logger } from "../platform/logger.ts";
import { retryBackoff } from "../platform/retry-delay.ts";
import type { EntityStore, HeldVersion, StoredEntity, UseMark } from "../store/entity-store.ts";
import { PendingRequests } from "./pending-requests.ts";
import { type GoneRow, type Limits, partsForMessages } from "./subscribe-batch.ts";

/** Rows read from the store at a time: few enough that no page stutters. */
export const rowsPerRead = 500;
/** Pause between two requests. The largest store, of 20 000 rows, is compared within a minute. */
export const requestGapMs = 1_000;
/** Delay of the first request: what a page shows after it connects comes first. */
export const startDelayMs = 2_000;
/** Added at random after a reconnection: the clients of a lost gateway return together, and these requests can wait. */
export const reconnectSpreadMs = 30_000;
/** A slow answer shows a busy server. The next request waits this many times as long as the answer took. */
const restFactor = 10;
/** How often requests let other work go first. A row that can never be read must not block the comparison forever. */
const maxYields = 30;

export interface HeldVersionReconcilerPorts {
  /** False when there is no connection. */
  readonly send: (message: UpMessage) => boolean;
  readonly store: Pick<EntityStore, "readByUse">;
  /** Whether this tab leads, and so speaks for the device. */
  readonly leads: () => boolean;
  /** Whether the client is connected and has read everything that it missed. */
  readonly isCaughtUp: () => boolean;
  /** Whether something is in progress that a view waits for. */
  readonly isBusy: () => boolean;
  /** Whether the row has a subscription of its own, which compares its version anyway. */
  readonly isWatched: (entityCode: string, id: string) => boolean;
  /** Ids of the rows that the device holds inside a subscribed container. */
  readonly readCovered: (entityCode: string) => Promise<ReadonlyMap<string, unknown>>;
  readonly onGone: (entityCode: string, rows: readonly GoneRow[]) => void;
  /** Covered rows of which the server has another version than the one `seen`. */
  readonly onChanged: (
    entityCode: string,
    changes: readonly { entityId: string; version: number }[],
    seen: ReadonlyMap<string, HeldVersion>,
  ) => void;
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
}

type SubscribedMessage = Extract<DownMessage, { type: "SUBSCRIBED" }>;

interface HeldRequest {
  readonly entityCode: string;
  /** The version held of each row. */
  readonly seen: ReadonlyMap<string, number>;
}

/**
 * Reconciles rows that are in the store and nowhere else: they were on screen once, and neither they nor a container of
 * them is subscribed. Deletions and revocations from before a new connection are not signalled on it. So after each
 * connection without RESUME the client sends the versions that it holds, once, in small requests behind everything that
 * a view waits for, and removes what the server calls gone. Rows that only changed stay: a view that shows one
 * subscribes it with the version held. Except rows inside a container that was subscribed meanwhile: the server does not
 * signal a version that an answer has reported, so they are read.
 *
 * The requests subscribe nothing: the server compares and keeps no state.
 */
export class HeldVersionReconciler {
  readonly #ports: HeldVersionReconcilerPorts;
  readonly #timer: Timer;
  readonly #requests: PendingRequests<HeldRequest>;
  #limits: Limits | undefined;
  /** Whether rows are left to compare. */
  #due = false;
  #startedBefore = false;
  /** Counts connections: what was read from the store for an earlier one does not count. */
  #session = 0;
  #after: UseMark | undefined;
  #atEnd = false;
  readonly #waiting: HeldRequest[] = [];
  /** Rows that are written during the comparison move to its end, and some were compared with their container. */
  readonly #compared = new Set<EntityKey>();
  #yields = 0;
  #sentAt = 0;

  constructor(ports: HeldVersionReconcilerPorts) {
    this.#ports = ports;
    this.#timer = new Timer(ports.clock);
    this.#requests = new PendingRequests({
      ...ports,
      idPrefix: "h",
      onReturned: (request) => this.#waiting.unshift(request),
      onRetry: () => void this.#step(),
      retryDelayMs: (failures) => requestGapMs + backoffDelay(failures, ports.random(), retryBackoff),
    });
  }

  /** Starts over, on a connection that resumes nothing or after a RESET. */
  restart(limits: Limits | undefined = this.#limits): void {
    this.disconnected();
    this.#reset();
    this.#limits = limits;
    this.#due = true;
    const spread = this.#startedBefore ? reconnectSpreadMs * this.#ports.random() : 0;
    this.#startedBefore = true;
    this.#schedule(startDelayMs + spread);
  }

  /** Continues what the earlier connection did not finish. */
  resumed(limits: Limits): void {
    this.disconnected();
    this.#limits = limits;
    if (this.#due) this.#schedule(startDelayMs);
  }

  disconnected(): void {
    this.#session += 1;
    this.#timer.clear();
    this.#limits = undefined;
    this.#requests.disconnected();
  }

  /** Marks rows whose versions another request compares on this connection. */
  markCompared(entityCode: string, ids: Iterable<string>): void {
    if (this.#due) for (const id of ids) this.#compared.add(entityKey(entityCode, id));
  }

  /** @returns false when the message answers none of these requests */
  handle(message: DownMessage): boolean {
    if (message.type === "SUBSCRIBED") {
      const request = this.#requests.answered(message.id);
      if (!request) return false;
      this.#remove(request, message.payload.gone);
      void this.#readChanged(request, message.payload.changed);
    } else if (message.type === "ERROR") {
      const failure = this.#requests.failed(message);
      if (!failure || failure.retried) return failure !== undefined;
      const { entityCode, seen } = failure.content;
      const { code, message: reason } = message.payload;
      // The entity type does not exist any more: none of its rows can be read.
      if (code === "unknown_entity") this.#remove(failure.content, [...seen.keys()]);
      else this.#ports.logger.warn(`[Sync] failed to compare held ${entityCode} rows; skipping them: ${reason}`);
    } else {
      return false;
    }
    this.#schedule(Math.max(requestGapMs, restFactor * (this.#ports.clock.now() - this.#sentAt)));
    return true;
  }

  #remove({ entityCode, seen }: HeldRequest, gone: readonly string[]): void {
    const rows = gone.flatMap((entityId) => (seen.has(entityId) ? [{ entityId, seen: seen.get(entityId) ?? 0 }] : []));
    if (rows.length === 0) return;
    this.#ports.logger.info(`[Sync] Removed from this device: ${entityCode} (${rows.length})`);
    this.#ports.onGone(entityCode, rows);
  }

  async #readChanged(
    { entityCode, seen }: HeldRequest,
    changed: SubscribedMessage["payload"]["changed"],
  ): Promise<void> {
    const known = changed.filter(({ entityId }) => seen.has(entityId));
    if (known.length === 0) return;
    // When the store cannot tell, all of them are read.
    const covered = await this.#ports.readCovered(entityCode).catch(() => seen);
    const changes = known.filter(({ entityId }) => covered.has(entityId));
    if (changes.length === 0) return;
    const held = new Map([...seen].map(([id, version]) => [id, { version, gone: false }]));
    this.#ports.onChanged(entityCode, changes, held);
  }

  #schedule(delayMs: number): void {
    this.#timer.set(delayMs, () => void this.#step());
  }

  async #step(): Promise<void> {
    if (!this.#limits) return;
    // The leader compares the rows of a follower. A follower that becomes leader connects first, which starts this over.
    if (!this.#limits.covered || !this.#ports.leads()) return this.#reset();
    if (!this.#ports.isCaughtUp()) return this.#schedule(requestGapMs);
    if (this.#ports.isBusy() && this.#yields < maxYields) {
      this.#yields += 1;
      return this.#schedule(requestGapMs);
    }
    const session = this.#session;
    if (this.#waiting.length === 0 && !this.#atEnd) {
      const rows = await this.#read();
      if (session !== this.#session) return; // the next connection reads again
      this.#queue(rows, this.#limits);
    }
    const request = this.#waiting.shift();
    if (request) this.#send(request);
    else if (this.#atEnd) this.#reset();
    else this.#schedule(requestGapMs);
  }

  /** A store that cannot be read has nothing to compare. */
  async #read(): Promise<readonly StoredEntity[]> {
    try {
      return (await this.#ports.store.readByUse?.(this.#after, rowsPerRead)) ?? [];
    } catch (error) {
      this.#ports.logger.warn(`[Sync] failed to read held rows; not comparing the rest: ${String(error)}`);
      return [];
    }
  }

  #queue(rows: readonly StoredEntity[], limits: Limits): void {
    this.#after = rows.at(-1) ?? this.#after;
    this.#atEnd = rows.length < rowsPerRead;
    for (const [entityCode, ofType] of Map.groupBy(rows, (row) => row.entityCode)) {
      const open = ofType.flatMap((row): [string, number][] => {
        const { entityId } = splitEntityKey(row.id);
        if (row.gone || this.#compared.has(row.id) || this.#ports.isWatched(entityCode, entityId)) return [];
        this.#compared.add(row.id);
        return [[entityId, row.ver]];
      });
      for (const part of partsForMessages(open, ([entityId]) => entityId, limits))
        this.#waiting.push({ entityCode, seen: new Map(part) });
    }
  }

  #send(request: HeldRequest): void {
    const { entityCode, seen } = request;
    this.#sentAt = this.#ports.clock.now();
    const payload = { entityCode, covered: [...seen.keys()], coveredVersions: [...seen.values()] };
    const sent = this.#requests.send(request, (id) => ({ type: "SUBSCRIBE", id, payload }));
    if (!sent) this.#waiting.unshift(request); // the connection is breaking; sent again on the next one
  }

  /** Nothing is due, and nothing of the comparison is remembered. */
  #reset(): void {
    this.#due = false;
    this.#requests.clear();
    this.#after = undefined;
    this.#atEnd = false;
    this.#waiting.length = 0;
    this.#compared.clear();
    this.#yields = 0;
  }
}
