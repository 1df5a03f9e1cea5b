import type { Clock } from "@heliograph/shared/clock";
import { type EntityKey, entityKey } from "@heliograph/shared/entity-key";
import { Timer } from "@heliograph/shared/timer";
import { encodeIds } from "../api/api-client.ts";
import { ApiError } from "../api/api-error.ts";
import type { EntityDoc } from "../api/register.ts";
import type { Logger } from "../platform/logger.ts";
import { retryDelay } from "../platform/retry-delay.ts";
import type { EntityStore, GoneMark, StoredEntity } from "../store/entity-store.ts";
import { type Changes, LostVersions, type Seen } from "./lost-versions.ts";
import { type Need, NeedMap, type Ticket } from "./need-map.ts";

/** Signals that arrive within this time share one request: too short to notice, longer than a burst. */
const gatherMs = 20;
/** Most ids in one GET; the API's own limit. */
const maxIdsPerFetch = 200;
/** Most characters of the ids in an address: 200 UUIDs fit, and the address stays below 8 KiB, the limit of common proxies. */
const maxIdsLength = 7_500;
/** Entity types read in parallel: browsers open six connections to a host, and the application needs some of them. */
const maxParallelFetches = 3;
/**
 * Answers older than the required version that are tolerated for one row, with a delay after each. The API reads from the
 * database that committed the change, so an older answer is a temporary exception. A version that never appears was not
 * the row's own, and waiting for it would keep the client "catching up" forever.
 */
const maxLaggingAnswers = 6;
/** Most needs at a time. Beyond that the client subscribes to everything again, and the server answers what differs. */
const maxNeeds = 20_000;

/** Delay after the store failed to read: a retry per second instead of a busy loop. */
const storeFaultPauseMs = 1_000;

export type ManyAnswer = { readonly items: readonly EntityDoc[]; readonly gone: readonly string[] };

export type RefetcherPorts = {
  readonly getMany: (entityCode: string, ids: readonly string[], signal: AbortSignal) => Promise<ManyAnswer>;
  readonly store: EntityStore;
  /** Whether the row has a view or a subscription. Rows that are neither held nor wanted are not read. */
  readonly isWanted: (entityCode: string, id: string) => boolean;
  /** Rows were read; `returned` names those that had been gone. */
  readonly onRead: (entityCode: string, result: { read: readonly string[]; returned: readonly string[] }) => void;
  /** Rows of an answer to another request (a list page, a write) were written. */
  readonly onAdmitted: (entityCode: string, ids: readonly string[]) => void;
  /** Rows could not be read. They are retried automatically unless the error is permanent. */
  readonly onFailed: (entityCode: string, ids: readonly string[], error: Error) => void;
  /** Needs of these rows arose or ended. */
  readonly onNeeds: (keys: readonly EntityKey[]) => void;
  /** There are too many needs: subscribe to everything again with versions. */
  readonly onOverflow: () => void;
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
};

/** Turns signals into few requests, and their answers into rows of the store. `NeedMap` decides which answers count. */
export class Refetcher {
  readonly #ports: RefetcherPorts;
  readonly #needs = new NeedMap();
  readonly #lostVersions = new LostVersions();
  readonly #timer: Timer;
  readonly #active = new Map<string, AbortController>();
  #running = false;
  /** When the armed timer fires, milliseconds since 1970. */
  #dueAt = 0;
  /** The connection is lost: requests in progress may be on a dead network. */
  #lost = false;
  #overflowed = false;

  constructor(ports: RefetcherPorts) {
    this.#ports = ports;
    this.#timer = new Timer(ports.clock);
  }

  /** Rows that still have to be read. */
  get pending(): number {
    return this.#needs.size;
  }

  /** Number of the latest event. `isDoneUpTo` takes it to check whether everything up to that event is done. */
  get stamp(): number {
    return this.#needs.stamp;
  }

  isDoneUpTo(stamp: number): boolean {
    if (this.#overflowed) return false;
    for (const need of this.#needs.values()) if (need.stamp <= stamp) return false;
    return true;
  }

  needs(key: EntityKey): boolean {
    return this.#needs.has(key);
  }

  /** The version that the row has to reach, 0 when any will do; undefined when it need not be read. */
  neededVersion(key: EntityKey): number | undefined {
    return this.#needs.get(key)?.version;
  }

  start(): void {
    this.#running = true;
    this.#needs.retryNow();
    this.#schedule(0);
  }

  stop(): void {
    this.#running = false;
    this.#lost = false; // no request is left that a new connection would have to abort
    this.#timer.clear();
    this.#abandon();
  }

  /** The socket is lost, and perhaps the network with it: requests in progress are sent again. */
  disconnected(): void {
    this.#lost = true;
    this.#abandon();
    if (this.#needs.size > 0) this.#schedule(0);
  }

  #abandon(): void {
    for (const controller of this.#active.values()) controller.abort();
    this.#active.clear();
  }

  /** The reason for failures may have passed (a new connection, a new token): retries without waiting. */
  retryNow(): void {
    if (this.#lost) this.#abandon(); // sent while there was no connection, perhaps on a dead network
    this.#lost = false;
    this.#needs.retryNow();
    this.#schedule(0);
  }

  require(entityCode: string, changes: Changes): void {
    for (const { entityId, version } of changes) this.#requireOne(entityCode, entityId, version, false);
    this.#scheduleRead(entityCode, changes);
  }

  /** Every subscription is compared again: versions that were signalled before may be lost. */
  reset(): void {
    this.#needs.forgetVersions();
    this.#abandon(); // their answers would not count any more
    this.#schedule(0);
  }

  /** The server compared the versions `seen` and reports these. */
  reconciled(entityCode: string, changes: Changes, seen: Seen): void {
    for (const { entityId, version } of changes) {
      const isLost = this.#lostVersions.detect(
        entityKey(entityCode, entityId),
        version,
        seen.get(entityId)?.version ?? 0,
      );
      this.#requireOne(entityCode, entityId, version, isLost);
    }
    this.#scheduleRead(entityCode, changes);
  }

  /** Reads rows whatever is held: the first time, and where a removal contradicts what is held. */
  refetch(entityCode: string, ids: readonly string[]): void {
    for (const id of ids) this.#requireOne(entityCode, id, 0, true);
    this.#scheduleRead(
      entityCode,
      ids.map((entityId) => ({ entityId })),
    );
  }

  /** Removes rows at once. No answer to a request in progress brings them back. */
  async remove(entityCode: string, ids: readonly string[]): Promise<void> {
    const keys = ids.map((id) => entityKey(entityCode, id));
    for (const key of keys) this.#needs.remove(key);
    this.#ports.onNeeds(keys);
    await this.#ports.store.putGone(ids.map((entityId) => ({ entityCode, entityId, ver: 0 })));
  }

  /**
   * Removes rows that the answer to a SUBSCRIBE calls gone: deleted, or no longer readable.
   *
   * @param rows `seen` is the version that was held when the request was sent
   * @returns the rows that stay, because the device has received a newer version since (of its own create, say). The
   *   answer is older than that version: the rows are read again and need a new subscription.
   */
  async removeUnlessNewer(
    entityCode: string,
    rows: readonly { readonly entityId: string; readonly seen: number }[],
  ): Promise<string[]> {
    const ids = rows.map(({ entityId }) => entityId);
    this.rejectOlder(entityCode, ids);
    await this.#ports.store.putGone(
      rows.map(({ entityId, seen }) => ({ entityCode, entityId, ver: 0, unlessNewerThan: seen })),
    );
    return this.#refetchDisputed(entityCode, ids);
  }

  /** Numbers a request made elsewhere (a list page, a write). Pass its rows to `admit`, and `close` it at the end. */
  open(): Ticket {
    return this.#needs.open();
  }

  close(ticket: Ticket): void {
    this.#needs.close(ticket);
  }

  /**
   * The server says that these rows are gone. Answers to requests in progress may predate that and do not write them; what
   * then remains open is settled by another read.
   */
  rejectOlder(entityCode: string, ids: readonly string[]): void {
    for (const id of ids) this.#needs.rejectOlder(entityKey(entityCode, id));
  }

  /**
   * Writes rows of an answer, and ends the needs that it satisfies.
   *
   * @param own the answer to a write of this client: the write took place, so its row is written in any case
   */
  async admit(ticket: Ticket, entityCode: string, docs: readonly EntityDoc[], own = false): Promise<void> {
    const admitted = this.#admitted(ticket, entityCode, docs);
    const written = own ? docs : admitted;
    await this.#ports.store.putServer(written.map((doc) => this.#lostVersions.toServerRow(entityCode, doc)));
    this.#ports.onAdmitted(
      entityCode,
      written.map((doc) => doc.$id),
    );
    const satisfied = admitted
      .map((doc) => ({ key: entityKey(entityCode, doc.$id), version: doc.$version }))
      .filter(({ key, version }) => this.#needs.has(key) && this.#needs.answer(ticket, key, version) === "satisfied");
    if (satisfied.length > 0) this.#ports.onNeeds(satisfied.map(({ key }) => key));
  }

  /** Rows that the answer may write. The others may have been removed since and are fetched again. */
  #admitted(ticket: Ticket, entityCode: string, docs: readonly EntityDoc[]): readonly EntityDoc[] {
    const refused = docs.filter((doc) => !this.#needs.admits(ticket, entityKey(entityCode, doc.$id)));
    if (refused.length === 0) return docs;
    this.refetch(
      entityCode,
      refused.map((doc) => doc.$id),
    );
    return docs.filter((doc) => !refused.includes(doc));
  }

  #requireOne(entityCode: string, id: string, version: number, force: boolean): void {
    if (this.#needs.size >= maxNeeds && !this.#needs.has(entityKey(entityCode, id))) {
      this.#overflowed = true;
      return;
    }
    this.#needs.require(entityCode, id, version, { force });
  }

  #scheduleRead(entityCode: string, changes: readonly { entityId: string }[]): void {
    if (changes.length === 0) return;
    this.#ports.onNeeds(changes.map(({ entityId }) => entityKey(entityCode, entityId)));
    this.#schedule(gatherMs);
  }

  #schedule(delayMs: number): void {
    const dueAt = this.#ports.clock.wallNow() + delayMs;
    // A row in backoff must not delay what is due sooner.
    if (!this.#running || (this.#timer.armed && this.#dueAt <= dueAt)) return;
    this.#dueAt = dueAt;
    this.#timer.set(delayMs, () => this.#fetchDue());
  }

  #fetchDue(): void {
    const now = this.#ports.clock.wallNow();
    const due = new Map<string, Need[]>();
    let next: number | undefined;
    for (const need of this.#needs.values()) {
      if (this.#active.has(need.entityCode)) continue; // checked again when that request is done
      if (need.notBefore > now) {
        next = Math.min(next ?? need.notBefore, need.notBefore);
        continue;
      }
      const list = due.get(need.entityCode);
      if (list) list.push(need);
      else due.set(need.entityCode, [need]);
    }
    for (const [entityCode, needs] of due) {
      if (this.#active.size >= maxParallelFetches) break;
      const controller = new AbortController();
      this.#active.set(entityCode, controller);
      void this.#fetch(entityCode, needs, controller);
    }
    if (next !== undefined) this.#schedule(next - now);
  }

  async #fetch(entityCode: string, needs: readonly Need[], controller: AbortController): Promise<void> {
    let pause = 0;
    try {
      // More candidates than one request takes: many of them are usually known already.
      const candidates = needs.slice(0, 5 * maxIdsPerFetch);
      const held = await this.#ports.store.read(candidates.map((need) => entityKey(entityCode, need.entityId)));
      if (controller.signal.aborted) return;
      const ids = idsForRequest(this.#withoutKnown(candidates, held));
      if (ids.length > 0) await this.#fetchRows(entityCode, ids, held, controller.signal);
    } catch (error) {
      pause = storeFaultPauseMs;
      this.#ports.logger.warn(`[Sync] failed to read the local store; retrying in 1 s: ${String(error)}`);
    } finally {
      if (this.#active.get(entityCode) === controller) {
        this.#active.delete(entityCode);
        this.#timer.clear();
        this.#schedule(pause);
        this.#recoverFromOverflow();
      }
    }
  }

  /** Drops needs that the store already satisfies, and those of rows that are neither held nor wanted. */
  #withoutKnown(candidates: readonly Need[], held: ReadonlyMap<EntityKey, StoredEntity>): string[] {
    const ids: string[] = [];
    const forgotten: EntityKey[] = [];
    for (const candidate of candidates) {
      const key = entityKey(candidate.entityCode, candidate.entityId);
      const need = this.#needs.get(key); // may have changed during the read
      if (!need) continue;
      const row = held.get(key);
      const known = row
        ? !need.force && !row.gone && row.ver >= need.version
        : !this.#ports.isWanted(need.entityCode, need.entityId);
      if (known) {
        this.#needs.drop(key);
        forgotten.push(key);
      } else {
        ids.push(need.entityId);
      }
    }
    if (forgotten.length > 0) this.#ports.onNeeds(forgotten);
    return ids;
  }

  async #fetchRows(
    entityCode: string,
    ids: readonly string[],
    held: ReadonlyMap<EntityKey, StoredEntity>,
    signal: AbortSignal,
  ): Promise<void> {
    const ticket = this.#needs.open();
    try {
      const answer = await this.#ports.getMany(entityCode, ids, signal);
      if (signal.aborted) return;
      await this.#apply(ticket, entityCode, ids, held, answer);
    } catch (error) {
      if (!signal.aborted) this.#failed(ticket, entityCode, ids, error);
    } finally {
      this.#needs.close(ticket);
      this.#ports.onNeeds(ids.map((id) => entityKey(entityCode, id)));
    }
  }

  async #apply(
    ticket: Ticket,
    entityCode: string,
    ids: readonly string[],
    held: ReadonlyMap<EntityKey, StoredEntity>,
    answer: ManyAnswer,
  ): Promise<void> {
    const asked = new Set(ids);
    const admitted = this.#admitted(ticket, entityCode, answer.items);
    await this.#ports.store.putServer(admitted.map((doc) => this.#lostVersions.toServerRow(entityCode, doc)));
    for (const id of answer.gone) this.#needs.rejectOlder(entityKey(entityCode, id), ticket);
    await this.#ports.store.putGone(answer.gone.map((id) => this.#toMark(entityCode, id, held)));
    for (const doc of answer.items) {
      asked.delete(doc.$id);
      this.#conclude(ticket, entityCode, doc.$id, doc.$version);
    }
    for (const id of answer.gone) {
      asked.delete(id);
      this.#conclude(ticket, entityCode, id, undefined);
    }
    // An id that the answer does not mention is a fault of the server; it is requested again later.
    for (const id of asked) this.#putOff(ticket, entityKey(entityCode, id));
    await this.#refetchDisputed(entityCode, answer.gone);
    for (const doc of admitted) this.#ports.logger.info(`[Sync] Refetched ${entityCode}/${doc.$id}`);
    const returned = admitted.filter((doc) => held.get(entityKey(entityCode, doc.$id))?.gone).map((doc) => doc.$id);
    this.#ports.onRead(entityCode, { read: admitted.map((doc) => doc.$id), returned });
  }

  /** "Gone" is valid for the time of the request: it does not remove a row written since (by an own create, say). */
  #toMark(entityCode: string, id: string, held: ReadonlyMap<EntityKey, StoredEntity>): GoneMark {
    const key = entityKey(entityCode, id);
    return { entityCode, entityId: id, ver: this.#markVersion(key), unlessNewerThan: held.get(key)?.ver ?? 0 };
  }

  /** The required version is the deletion's own: no row below it may return. */
  #markVersion(key: EntityKey): number {
    return this.#needs.get(key)?.version ?? 0;
  }

  async #refetchDisputed(entityCode: string, gone: readonly string[]): Promise<string[]> {
    if (gone.length === 0) return [];
    const rows = await this.#ports.store.read(gone.map((id) => entityKey(entityCode, id)));
    const disputed = gone.filter((id) => rows.get(entityKey(entityCode, id))?.gone === false);
    if (disputed.length > 0) this.refetch(entityCode, disputed);
    return disputed;
  }

  #conclude(ticket: Ticket, entityCode: string, id: string, version: number | undefined): void {
    const key = entityKey(entityCode, id);
    if (this.#needs.answer(ticket, key, version) !== "lagging") return;
    const need = this.#needs.get(key);
    if (need && need.failures >= maxLaggingAnswers) {
      this.#needs.drop(key);
      this.#ports.logger.warn(`[Sync] ${entityCode}/${id} never reached the signalled version; giving up`);
      return;
    }
    this.#putOff(ticket, key);
  }

  #putOff(ticket: Ticket, key: EntityKey): void {
    const now = this.#ports.clock.wallNow();
    // At least 50 ms: a random zero must not cause a busy loop.
    this.#needs.putOff(ticket, key, (failures) => now + 50 + retryDelay(failures - 1, this.#ports.random()));
  }

  #failed(ticket: Ticket, entityCode: string, ids: readonly string[], error: unknown): void {
    const failure = error instanceof Error ? error : new Error(String(error), { cause: error });
    const permanent = failure instanceof ApiError && failure.permanent;
    this.#ports.logger.warn(
      `[Sync] failed to refetch ${ids.length} ${entityCode} (${failure.message}); ${permanent ? "not retrying" : "retrying"}`,
    );
    for (const id of ids) {
      if (permanent) this.#needs.drop(entityKey(entityCode, id));
      else this.#putOff(ticket, entityKey(entityCode, id));
    }
    this.#ports.onFailed(entityCode, ids, failure);
  }

  #recoverFromOverflow(): void {
    if (!this.#overflowed || this.#needs.size > maxNeeds / 2) return;
    this.#overflowed = false;
    this.#ports.onOverflow();
  }
}

/** The first ids that fit into one request: at least one, whatever its length. */
function idsForRequest(ids: readonly string[]): readonly string[] {
  let length = 0;
  const end = ids.slice(0, maxIdsPerFetch).findIndex((id, at) => {
    length += encodeIds([id]).length + 1;
    return at > 0 && length > maxIdsLength;
  });
  return ids.slice(0, end < 0 ? maxIdsPerFetch : end);
}
