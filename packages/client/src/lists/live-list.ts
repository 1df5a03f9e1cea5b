import { Emitter } from "@heliograph/shared/emitter";
import { entityKey } from "@heliograph/shared/entity-key";
import { Timer } from "@heliograph/shared/timer";
import { ApiError } from "../api/api-error.ts";
import { placementColumns } from "../api/list-query.ts";
import type { EntityDoc } from "../api/register.ts";
import { retryDelay } from "../platform/retry-delay.ts";
import type { EntityData } from "../store/entity-store.ts";
import type { Target } from "../subscriptions/subscription-book.ts";
import { isAboutUnborn, type ListPorts, type ListSpec } from "./list-ports.ts";
import { type ListSnapshot, nextSnapshot } from "./list-snapshot.ts";
import { OptimisticRows } from "./optimistic-rows.ts";
import { RowPlacement } from "./row-placement.ts";
import { storeList } from "./stored-list.ts";

/** A stale list waits this long for more changes of the same burst before it reads its pages again. */
export const staleGatherMs = 60;
/** At most one such reading per second and list, however many changes come. */
export const staleIntervalMs = 1_000;
/** How long a new list waits for its subscription to be confirmed before it reads anyway. */
export const subscribeFirstMs = 1_000;
/**
 * A list whose membership and order come from the server's pages and whose contents come, live, from the store.
 * Subscribes first and reads afterwards: what changes after the subscription is signalled, what changed before is read.
 */
export class LiveList {
  readonly spec: ListSpec;
  readonly #ports: ListPorts;
  readonly #changes = new Emitter<void>();
  readonly #timer: Timer;
  readonly #local: OptimisticRows;
  readonly #projections: RowPlacement;
  #ids: readonly string[] = [];
  #known = false;
  #containerHeld = false;
  /** The server has answered once: what was stored for the start counts no more, not even before the answer is shown. */
  #answered = false;
  #cursor: string | null = null;
  #hasMore = false;
  #pages = 0;
  #pagesWanted = 1;
  /** Counts the reasons to read again; `#fresh` is the count that the last reading covered. */
  #marks = 1;
  #fresh = 0;
  /** When the reading that is shown began, in the refetcher's count, and after what it has to begin. */
  #coveredStamp = 0;
  #requiredStamp = 0;
  /** Which of the marks a reading has to cover as well. */
  #requiredMark = 0;
  #lastStartAt = Number.NEGATIVE_INFINITY;
  #failures = 0;
  #error: Error | undefined;
  #reading: AbortController | undefined;
  /** Listed rows that were signalled while a reading was under way, which may be of before. */
  readonly #signalledMeanwhile = new Set<string>();
  #leaveRows: (() => void) | undefined;
  #snapshot: ListSnapshot | undefined;

  constructor(spec: ListSpec, ports: ListPorts) {
    this.spec = spec;
    this.#ports = ports;
    const deciding = placementColumns(spec.query);
    const peek = (id: string) => ports.live.peek(entityKey(spec.entityCode, id));
    this.#timer = new Timer(ports.clock);
    this.#local = new OptimisticRows({
      query: spec.query,
      deciding,
      touched: () => ports.touched(spec.entityCode),
      peek,
    });
    this.#projections = new RowPlacement(deciding, peek);
  }

  get active(): boolean {
    return this.#changes.size > 0;
  }

  /** The list was read after its latest subscription was confirmed, or cannot be read at all. */
  get caughtUp(): boolean {
    if ((this.#error instanceof ApiError && this.#error.permanent) || this.#unborn()) return true;
    return this.#coveredStamp > this.#requiredStamp && this.#fresh >= this.#requiredMark;
  }

  /** Keeps the list live as long as anybody listens. */
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

  /** A change may have altered membership or order. */
  markStale(): void {
    this.#marks += 1;
    if (!this.active) return;
    this.#schedule();
    this.#changed();
  }

  /** The container's subscription is confirmed: everything listed before is stale, and there is nothing to wait for. */
  subscribed(): void {
    this.#requiredStamp = this.#ports.reads.stamp;
    this.#marks += 1;
    if (!this.active) return;
    this.#timer.clear();
    this.#lastStartAt = Number.NEGATIVE_INFINITY;
    void this.#read();
  }

  /** If changes that were signalled until now made it stale, it is caught up only when it is read again. */
  replayed(): void {
    this.#requiredMark = this.#marks;
  }

  /** Signals for rows of this type: only those that cannot alter the list are let pass. */
  signalled(changes: readonly { readonly entityId: string; readonly action: string }[]): void {
    const listed = new Set(this.#ids);
    // A listed row that is updated shows by itself; whether it moves is seen when its new content is here.
    if (changes.some(({ entityId, action }) => action === "DELETE" || !listed.has(entityId))) this.markStale();
    if (this.#reading) for (const { entityId } of changes) this.#signalledMeanwhile.add(entityId);
  }

  /** Unsent changes of this type came or went: here, or in another tab. */
  touched(): void {
    if (!this.active) return;
    if (this.#local.note(this.#ports.reads.stamp)) this.#hold(this.#ids);
    if (!this.#containerHeld && !this.#unborn()) {
      this.#holdContainer();
      this.resume();
    }
    this.#changed();
  }

  #unborn(): boolean {
    return isAboutUnborn(this.spec, this.#ports.unborn);
  }

  #holdContainer(): void {
    if (this.#unborn()) return;
    this.#containerHeld = true;
    if (this.spec.within !== undefined) this.#ports.subscriptions.acquire([this.#container(this.spec.within)]);
  }

  /** Something that `stale` depends on changed. */
  refresh(): void {
    if (this.active) this.#changed();
  }

  readonly loadMore = (): void => {
    if (this.#cursor === null) return;
    this.#pagesWanted = this.#pages + 1;
    void this.#read();
  };

  readonly refetch = (): void => {
    this.#marks += 1;
    this.#failures = 0;
    this.#timer.clear();
    this.#changed();
    void this.#read();
  };

  #activate(): void {
    this.#marks += 1;
    this.#ports.onActive(this, true);
    this.#holdContainer();
    this.#local.note(this.#ports.reads.stamp);
    this.#hold(this.#ids);
    if (!this.#known) void this.#restore();
    this.resume();
  }

  /** Reads now, or first gives the subscription a moment. */
  resume(): void {
    const { within } = this.spec;
    if (this.#ports.stopped()) return;
    if (this.#unborn()) {
      this.#known = true;
      return;
    }
    const confirmed = within === undefined || this.#ports.subscriptions.phase(this.#container(within)) === "held";
    if (confirmed || !this.#ports.connecting()) void this.#read();
    else this.#timer.set(subscribeFirstMs, () => void this.#read());
  }

  /** Ends what is under way; the list keeps showing what it has. */
  pause(): void {
    this.#timer.clear();
    this.#reading?.abort();
    this.#reading = undefined;
    this.#marks += 1;
  }

  #deactivate(): void {
    const { within } = this.spec;
    this.pause();
    this.#ports.onActive(this, false);
    // From now on nothing is heard: the next view may begin with these rows, but not as if they were the latest.
    if (this.#snapshot) this.#snapshot = { ...this.#snapshot, stale: true };
    if (this.#containerHeld && within !== undefined) this.#ports.subscriptions.release([this.#container(within)]);
    this.#containerHeld = false;
    this.#leaveRows?.();
    this.#leaveRows = undefined;
  }

  /** Shows the list of the last visit until the server has answered. */
  async #restore(): Promise<void> {
    const stored = await this.#ports.store.readList(this.spec.id).catch(() => undefined);
    if (!stored || this.#answered || !this.active) return;
    this.#hold(stored.ids);
    await this.#ports.live.load(stored.ids.map((id) => entityKey(this.spec.entityCode, id))).catch(() => {});
    if (this.#answered || !this.active) return;
    this.#known = true;
    this.#hasMore = stored.hasMore;
    this.#changed();
  }

  #schedule(): void {
    if (this.#timer.armed || this.#reading || this.#ports.stopped()) return; // a running reading looks at the marks when it ends
    const now = this.#ports.clock.wallNow();
    this.#timer.set(Math.max(staleGatherMs, this.#lastStartAt + staleIntervalMs - now), () => void this.#read());
  }

  async #read(): Promise<void> {
    if (this.#reading || !this.active || this.#ports.stopped() || this.#unborn()) return;
    const controller = new AbortController();
    this.#reading = controller;
    this.#timer.clear();
    const whole = this.#fresh < this.#marks || this.#pages === 0;
    if (!whole && (this.#pages >= this.#pagesWanted || this.#cursor === null)) {
      this.#reading = undefined;
      return;
    }
    if (whole) this.#lastStartAt = this.#ports.clock.wallNow();
    const marks = this.#marks;
    this.#signalledMeanwhile.clear();
    try {
      await this.#readPages(whole, controller.signal);
      if (controller.signal.aborted) return;
      if (whole) this.#fresh = marks;
      this.#failures = 0;
      this.#error = undefined;
    } catch (error) {
      if (controller.signal.aborted) return;
      this.#error = error instanceof Error ? error : new Error(String(error), { cause: error });
      this.#failures += 1;
      // A refused page can be asked for again by hand; one that got no answer is repeated below.
      if (this.#error instanceof ApiError && this.#error.permanent) this.#pagesWanted = Math.max(1, this.#pages);
    }
    this.#reading = undefined;
    this.#changed();
    this.#ports.onProgress();
    this.#continue();
  }

  #continue(): void {
    if (this.#error) {
      if (this.#error instanceof ApiError && this.#error.permanent) return; // the same request would fail again
      const delay = staleIntervalMs + retryDelay(this.#failures - 1, this.#ports.random());
      this.#timer.set(delay, () => void this.#read());
    } else if (this.#fresh < this.#marks) {
      this.#schedule();
    } else if (this.#pagesWanted > this.#pages && this.#cursor !== null) {
      void this.#read();
    }
  }

  /** Reads all loaded pages again, or only the next one. The list changes once, when everything is here. */
  async #readPages(whole: boolean, signal: AbortSignal): Promise<void> {
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
          ids.add(doc.id);
          docs.set(doc.id, doc);
        }
        cursor = page.nextCursor;
        pages += 1;
      } finally {
        this.#ports.reads.close(ticket);
      }
    } while (pages < this.#pagesWanted && cursor !== null);
    this.#answered = true;
    if (whole) {
      // Perhaps pushed off the last page, but perhaps deleted or taken away while there was no connection. With the list
      // they lose the subscription that would have told, so they are read once more.
      const unexplained = this.#projections.unexplained(this.#ids.filter((id) => !ids.has(id)));
      if (unexplained.length > 0) this.#ports.reads.look(entityCode, unexplained);
      // It left, and may have come back since the page was read: that signal was let pass because it was listed.
      if (this.#ids.some((id) => !ids.has(id) && this.#signalledMeanwhile.has(id))) this.#marks += 1;
    }
    this.#hold([...ids]);
    // Before the rows are shown: whoever asks for the next page when it sees them would ask for this one again.
    this.#cursor = cursor;
    this.#hasMore = cursor !== null;
    this.#pages = pages;
    await this.#ports.live.load([...docs.keys()].map((id) => entityKey(entityCode, id)));
    if (signal.aborted) return;
    this.#known = true;
    if (whole) {
      this.#coveredStamp = firstStamp;
      this.#local.listed(firstStamp);
    }
    if (this.#projections.note(this.#ids, docs, startedAt)) this.#marks += 1;
    storeList(this.#ports.store, this.spec, { ids: this.#ids, hasMore: this.#hasMore, fetchedAt: startedAt });
  }

  /** Observes and subscribes to exactly these rows; those kept are not interrupted. */
  #hold(ids: readonly string[]): void {
    const { entityCode } = this.spec;
    const release = this.#leaveRows;
    const targets = ids.map((id) => ({ entityCode, id, container: false }));
    // Rows with unsent changes are looked at too, but not asked for: the server may not know them yet.
    const looked = new Set([...ids, ...this.#local.ids]);
    const leave = this.#ports.live.observe(
      [...looked].map((id) => entityKey(entityCode, id)),
      () => this.#rowsChanged(),
    );
    this.#ports.subscriptions.acquire(targets);
    this.#leaveRows = () => {
      leave();
      this.#ports.subscriptions.release(targets);
    };
    this.#ids = ids;
    release?.();
  }

  #rowsChanged(): void {
    if (this.#projections.moved(this.#ids)) this.markStale();
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
      // Still on its way out of the store: the list of a moment ago is better than one with holes.
      if (row === undefined && before) return before.items;
      if (row && !row.gone && row.data) items.push(row.data);
    }
    return this.#local.place(items, this.#hasMore);
  }

  #stale(): boolean {
    if (this.#unborn()) return false;
    if (this.#fresh < this.#marks) return true;
    const { within } = this.spec;
    return within !== undefined && this.#ports.subscriptions.phase(this.#container(within)) !== "held";
  }

  #container(id: string): Target {
    return { entityCode: this.spec.entityCode, id, container: true };
  }
}
