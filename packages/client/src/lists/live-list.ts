import { Emitter } from "@heliograph/shared/emitter";
import { entityKey } from "@heliograph/shared/entity-key";
import { Timer } from "@heliograph/shared/timer";
import { ApiError } from "../api/api-error.ts";
import { placementColumns } from "../api/list-query.ts";
import type { EntityDoc } from "../api/register.ts";
import { retryDelay } from "../platform/retry-delay.ts";
import type { EntityData } from "../store/entity-data.ts";
import type { Target } from "../subscriptions/subscription-set.ts";
import { type ListPorts, type ListSpec, refersToPendingCreate } from "./list-ports.ts";
import { type ListSnapshot, nextSnapshot } from "./list-snapshot.ts";
import { OptimisticRows } from "./optimistic-rows.ts";
import { RowPlacement } from "./row-placement.ts";

/** A stale list waits this long for more changes of the same burst before it fetches its pages again, milliseconds. */
const refetchDebounceMs = 60;
/** The shortest interval between two such fetches of one list, milliseconds, however many changes come. */
const refetchIntervalMs = 1_000;
/** How long a new list waits for the confirmation of its subscription before it fetches anyway, milliseconds. */
const subscribeWaitMs = 1_000;
/** The most ids that a list stores for the next start of the application. */
const maxStoredIds = 500;

/**
 * A list whose membership and order come from the server's pages and whose rows come, live, from the store. It subscribes
 * first and fetches afterwards: later changes are signalled, and earlier ones are in the fetched pages.
 */
export class LiveList {
  readonly spec: ListSpec;
  readonly #ports: ListPorts;
  readonly #changes = new Emitter<void>();
  readonly #timer: Timer;
  readonly #optimistic: OptimisticRows;
  readonly #placement: RowPlacement;
  #ids: readonly string[] = [];
  #known = false;
  #containerHeld = false;
  /** The server has answered once. From then on the stored list is not shown any more, even before the answer is. */
  #fetched = false;
  #cursor: string | null = null;
  #hasMore = false;
  #pages = 0;
  #wantedPages = 1;
  /** Counts the invalidations of the list; `#fetchedInvalidations` is the count that the latest complete fetch covers. */
  #invalidations = 1;
  #fetchedInvalidations = 0;
  /** Stamp (of the refetcher) at which the shown fetch began, and the stamp after which it must begin to be caught up. */
  #coveredStamp = 0;
  #requiredStamp = 0;
  /** The count of invalidations that a fetch must cover to be caught up. */
  #requiredInvalidations = 0;
  #lastFetchAt = Number.NEGATIVE_INFINITY;
  #failures = 0;
  #error: Error | undefined;
  #fetching: AbortController | undefined;
  /** Rows that were invalidated during the current fetch. Its response may predate the change. */
  readonly #invalidatedDuringFetch = new Set<string>();
  #releaseRows: (() => void) | undefined;
  readonly #onActive: (list: LiveList, active: boolean) => void;
  #snapshot: ListSnapshot | undefined;

  /** @param onActive called when the list gets its first listener or loses its last one */
  constructor(spec: ListSpec, ports: ListPorts, onActive: (list: LiveList, active: boolean) => void) {
    this.spec = spec;
    this.#ports = ports;
    this.#onActive = onActive;
    const deciding = placementColumns(spec.query);
    const peek = (id: string) => ports.live.peek(entityKey(spec.entityCode, id));
    this.#timer = new Timer(ports.clock);
    this.#optimistic = new OptimisticRows({
      query: spec.query,
      placementColumns: deciding,
      pendingIds: () => ports.pendingIds(spec.entityCode),
      peek,
    });
    this.#placement = new RowPlacement(deciding, peek);
  }

  get active(): boolean {
    return this.#changes.size > 0;
  }

  /** The list was fetched after its latest subscription was confirmed, or cannot be fetched at all. */
  get caughtUp(): boolean {
    if ((this.#error instanceof ApiError && this.#error.permanent) || this.#refersToPendingCreate()) return true;
    return this.#coveredStamp > this.#requiredStamp && this.#fetchedInvalidations >= this.#requiredInvalidations;
  }

  /** Keeps the list live as long as there is a listener. */
  subscribe(listener: () => void): () => void {
    const first = !this.active;
    const leave = this.#changes.on(listener);
    if (first) this.#activate();
    let left = false;
    return () => {
      if (left) return;
      left = true;
      leave();
      if (!this.active) this.#deactivate();
    };
  }

  snapshot(): ListSnapshot {
    this.#snapshot ??= this.#compute(undefined);
    return this.#snapshot;
  }

  /** A change may have altered membership or order: fetches the pages again soon. */
  markStale(): void {
    this.#invalidations += 1;
    if (!this.active) return;
    this.#schedule();
    this.#changed();
  }

  /** The subscription to the container is confirmed. The pages fetched before are stale, so it fetches them at once. */
  subscribed(): void {
    this.#requiredStamp = this.#ports.reads.stamp;
    this.#invalidations += 1;
    if (!this.active) return;
    this.#timer.clear();
    this.#lastFetchAt = Number.NEGATIVE_INFINITY;
    void this.#fetch();
  }

  /** All missed changes were replayed. If they made the list stale, it is caught up only after the next fetch. */
  replayed(): void {
    this.#requiredInvalidations = this.#invalidations;
  }

  /** Rows of this entity type changed. Marks the list stale unless the changes cannot alter membership or order. */
  invalidate(changes: readonly { readonly entityId: string; readonly action: string }[]): void {
    const listed = new Set(this.#ids);
    // An update of a listed row is shown by the store. Whether it moves the row is known when its new content is here.
    if (changes.some(({ entityId, action }) => action === "DELETE" || !listed.has(entityId))) this.markStale();
    if (this.#fetching) for (const { entityId } of changes) this.#invalidatedDuringFetch.add(entityId);
  }

  /** Unsent changes of this entity type were added or removed, in this tab or another one. */
  pendingChanged(): void {
    if (!this.active) return;
    if (this.#optimistic.update(this.#ports.reads.stamp)) this.#hold(this.#ids);
    if (!this.#containerHeld && !this.#refersToPendingCreate()) {
      this.#holdContainer();
      this.resume();
    }
    this.#changed();
  }

  #refersToPendingCreate(): boolean {
    return refersToPendingCreate(this.spec, this.#ports.isPendingCreate);
  }

  #holdContainer(): void {
    if (this.#refersToPendingCreate()) return;
    this.#containerHeld = true;
    if (this.spec.within !== undefined) this.#ports.subscriptions.acquire([this.#container(this.spec.within)]);
  }

  /** Something that `stale` depends on changed. */
  refresh(): void {
    if (this.active) this.#changed();
  }

  readonly loadMore = (): void => {
    if (this.#cursor === null) return;
    this.#wantedPages = this.#pages + 1;
    void this.#fetch();
  };

  readonly refetch = (): void => {
    this.#invalidations += 1;
    this.#failures = 0;
    this.#timer.clear();
    this.#changed();
    void this.#fetch();
  };

  #activate(): void {
    this.#invalidations += 1;
    this.#onActive(this, true);
    this.#holdContainer();
    this.#optimistic.update(this.#ports.reads.stamp);
    this.#hold(this.#ids);
    if (!this.#known) void this.#restore();
    this.resume();
  }

  /** Fetches now, or waits a moment for the confirmation of the subscription. */
  resume(): void {
    const { within } = this.spec;
    if (this.#ports.stopped()) return;
    if (this.#refersToPendingCreate()) {
      this.#known = true;
      return;
    }
    const confirmed = within === undefined || this.#ports.subscriptions.phase(this.#container(within)) === "held";
    if (confirmed || !this.#ports.connecting()) void this.#fetch();
    else this.#timer.set(subscribeWaitMs, () => void this.#fetch());
  }

  /** Aborts the current fetch. The list keeps its rows. */
  pause(): void {
    this.#timer.clear();
    this.#fetching?.abort();
    this.#fetching = undefined;
    this.#invalidations += 1;
  }

  #deactivate(): void {
    const { within } = this.spec;
    this.pause();
    this.#onActive(this, false);
    // Changes are not observed from now on. The next view may start with these rows, but marked as stale.
    if (this.#snapshot) this.#snapshot = { ...this.#snapshot, stale: true };
    if (this.#containerHeld && within !== undefined) this.#ports.subscriptions.release([this.#container(within)]);
    this.#containerHeld = false;
    this.#releaseRows?.();
    this.#releaseRows = undefined;
  }

  /** Shows the list stored at the last visit until the server has answered. */
  async #restore(): Promise<void> {
    const stored = await this.#ports.store.readList(this.spec.id).catch(() => undefined);
    if (!stored || this.#fetched || !this.active) return;
    this.#hold(stored.ids);
    await this.#ports.live.load(stored.ids.map((id) => entityKey(this.spec.entityCode, id))).catch(() => {});
    if (this.#fetched || !this.active) return;
    this.#known = true;
    this.#hasMore = stored.hasMore;
    this.#changed();
  }

  #schedule(): void {
    if (this.#timer.armed || this.#fetching || this.#ports.stopped()) return; // a fetch in progress checks the invalidations at its end
    const now = this.#ports.clock.wallNow();
    this.#timer.set(Math.max(refetchDebounceMs, this.#lastFetchAt + refetchIntervalMs - now), () => void this.#fetch());
  }

  async #fetch(): Promise<void> {
    if (this.#fetching || !this.active || this.#ports.stopped() || this.#refersToPendingCreate()) return;
    const controller = new AbortController();
    this.#fetching = controller;
    this.#timer.clear();
    const whole = this.#fetchedInvalidations < this.#invalidations || this.#pages === 0;
    if (!whole && (this.#pages >= this.#wantedPages || this.#cursor === null)) {
      this.#fetching = undefined;
      return;
    }
    if (whole) this.#lastFetchAt = this.#ports.clock.wallNow();
    const covered = this.#invalidations;
    this.#invalidatedDuringFetch.clear();
    try {
      await this.#fetchPages(whole, controller.signal);
      if (controller.signal.aborted) return;
      if (whole) this.#fetchedInvalidations = covered;
      this.#failures = 0;
      this.#error = undefined;
    } catch (error) {
      if (controller.signal.aborted) return;
      this.#error = error instanceof Error ? error : new Error(String(error), { cause: error });
      this.#failures += 1;
      // A refused page is requested again only by `loadMore`. One without an answer is retried below.
      if (this.#error instanceof ApiError && this.#error.permanent) this.#wantedPages = Math.max(1, this.#pages);
    }
    this.#fetching = undefined;
    this.#changed();
    this.#ports.onProgress();
    this.#continue();
  }

  #continue(): void {
    if (this.#error) {
      if (this.#error instanceof ApiError && this.#error.permanent) return; // the same request would fail again
      const delay = refetchIntervalMs + retryDelay(this.#failures - 1, this.#ports.random());
      this.#timer.set(delay, () => void this.#fetch());
    } else if (this.#fetchedInvalidations < this.#invalidations) {
      this.#schedule();
    } else if (this.#wantedPages > this.#pages && this.#cursor !== null) {
      void this.#fetch();
    }
  }

  /** Fetches all loaded pages again (`whole`), or only the next one. The list changes once, after the last page. */
  async #fetchPages(whole: boolean, signal: AbortSignal): Promise<void> {
    const { entityCode, query } = this.spec;
    const startedAt = this.#ports.clock.wallNow();
    const ids = new Set(whole ? [] : this.#ids);
    const docs = new Map<string, EntityDoc>();
    let cursor = whole ? null : this.#cursor;
    let pages = whole ? 0 : this.#pages;
    let firstStamp: number | undefined;
    do {
      const ticket = this.#ports.reads.open();
      firstStamp ??= ticket.stamp;
      try {
        const page = await this.#ports.list(entityCode, cursor === null ? query : { ...query, cursor }, signal);
        if (signal.aborted) return;
        await this.#ports.reads.admit(ticket, entityCode, page.items);
        for (const doc of page.items) {
          ids.add(doc.$id);
          docs.set(doc.$id, doc);
        }
        cursor = page.nextCursor;
        pages += 1;
      } finally {
        this.#ports.reads.close(ticket);
      }
    } while (pages < this.#wantedPages && cursor !== null);
    this.#fetched = true;
    if (whole) {
      // Rows that left may have moved behind the last page, or were deleted or revoked while there was no connection.
      // Leaving the list ends the subscription that would report that, so they are read once more.
      const unexplained = this.#placement.unexplained(this.#ids.filter((id) => !ids.has(id)));
      if (unexplained.length > 0) this.#ports.reads.refetch(entityCode, unexplained);
      // A row that left may have come back since its page was read. That change did not mark the list stale, because the
      // row was still listed.
      if (this.#ids.some((id) => !ids.has(id) && this.#invalidatedDuringFetch.has(id))) this.#invalidations += 1;
    }
    this.#hold([...ids]);
    // Set before the rows are shown: a view that calls `loadMore` when it sees them would load this page again.
    this.#cursor = cursor;
    this.#hasMore = cursor !== null;
    this.#pages = pages;
    await this.#ports.live.load([...docs.keys()].map((id) => entityKey(entityCode, id)));
    if (signal.aborted) return;
    this.#known = true;
    if (whole) {
      this.#coveredStamp = firstStamp;
      this.#optimistic.listed(firstStamp);
    }
    if (this.#placement.update(this.#ids, docs, startedAt)) this.#invalidations += 1;
    this.#store(startedAt);
  }

  /** Stores the list for the next start of the application. @param fetchedAt milliseconds since 1970 */
  #store(fetchedAt: number): void {
    const { id, entityCode, query } = this.spec;
    // Every word typed into a search makes another list; stored, they would fill the device.
    if (query.q) return;
    const ids = this.#ids.slice(0, maxStoredIds);
    const hasMore = this.#hasMore || ids.length < this.#ids.length;
    // The stored list is a convenience, so a failure to store it must not fail the list.
    this.#ports.store.putList({ id, entityCode, ids, hasMore, fetchedAt }).catch(() => {});
  }

  /** Observes and subscribes to exactly these rows. Rows that stay in the list keep their subscription throughout. */
  #hold(ids: readonly string[]): void {
    const { entityCode } = this.spec;
    const release = this.#releaseRows;
    const targets = ids.map((entityId) => ({ entityCode, entityId, container: false }));
    // Rows with unsent changes are observed but not subscribed: the server may not know them yet.
    const observed = new Set([...ids, ...this.#optimistic.ids]);
    const leave = this.#ports.live.observe(
      [...observed].map((id) => entityKey(entityCode, id)),
      () => this.#rowsChanged(),
    );
    this.#ports.subscriptions.acquire(targets);
    this.#releaseRows = () => {
      leave();
      this.#ports.subscriptions.release(targets);
    };
    this.#ids = ids;
    release?.();
  }

  #rowsChanged(): void {
    if (this.#placement.moved(this.#ids)) this.markStale();
    else this.#changed();
  }

  #changed(): void {
    const before = this.#snapshot;
    const after = this.#compute(before);
    if (after === before) return;
    this.#snapshot = after;
    this.#changes.emit();
  }

  #compute(before: ListSnapshot | undefined): ListSnapshot {
    return nextSnapshot(before, {
      status: this.#known ? "ready" : this.#error ? "error" : "loading",
      items: this.#items(before),
      hasMore: this.#hasMore,
      error: this.#error,
      stale: this.#stale(),
      loadMore: this.loadMore,
      refetch: this.refetch,
    });
  }

  #items(before: ListSnapshot | undefined): readonly EntityData[] {
    const items: EntityData[] = [];
    for (const id of this.#ids) {
      const row = this.#ports.live.peek(entityKey(this.spec.entityCode, id));
      // The store has not read the row yet. The previous list is better than one with gaps.
      if (row === undefined && before) return before.items;
      if (row && !row.gone && row.data) items.push(row.data);
    }
    return this.#optimistic.place(items, this.#hasMore);
  }

  #stale(): boolean {
    if (this.#refersToPendingCreate()) return false;
    if (this.#fetchedInvalidations < this.#invalidations) return true;
    const { within } = this.spec;
    return within !== undefined && this.#ports.subscriptions.phase(this.#container(within)) !== "held";
  }

  #container(id: string): Target {
    return { entityCode: this.spec.entityCode, entityId: id, container: true };
  }
}
