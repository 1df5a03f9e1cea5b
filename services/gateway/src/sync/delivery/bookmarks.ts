import type { Clock } from "@heliograph/shared/clock";
import type { Connection } from "../connection/connection.ts";
import type { FeedPosition } from "../feed/feed-position.ts";
import type { SyncObserver } from "../sync-observer.ts";
import type { DelayWatch } from "./delay-watch.ts";

export interface BookmarksPorts {
  readonly clock: Clock;
  readonly seal: (position: FeedPosition) => string;
  readonly position: () => FeedPosition | undefined;
  readonly delay: Pick<DelayWatch, "since" | "upToDate">;
  /** Whether signals of this socket wait outside of it: for a read of rights, or for rows to be written. */
  readonly waits: (connection: Connection) => boolean;
  readonly intervalMs: number;
  readonly observer: SyncObserver;
}

/**
 * Sends sockets their position. A BOOKMARK guarantees that every signal up to its cursor was written before it, so none is
 * sent while any signal may still be on its way: a client that resumed from the cursor would never receive that signal.
 */
export class Bookmarks {
  readonly #ports: BookmarksPorts;
  #sealed: { readonly position: FeedPosition; readonly cursor: string } | undefined;

  constructor(ports: BookmarksPorts) {
    this.#ports = ports;
  }

  /** The feed's position, sealed; the same text for all sockets until the feed moves. */
  get cursor(): string {
    const position = this.#ports.position();
    if (!position) return "";
    if (this.#sealed?.position !== position) this.#sealed = { position, cursor: this.#ports.seal(position) };
    return this.#sealed.cursor;
  }

  /** Sends BOOKMARK or DELAYED to one socket if it is due; called at most once a second for each. */
  visit(connection: Connection): void {
    if (!connection.open) return;
    const { clock, delay, waits, intervalMs, observer } = this.#ports;
    const { since } = delay;
    if (since !== null && !connection.delayNotified) {
      connection.delayNotified = true;
      observer.delayedSent();
      connection.send({ type: "DELAYED", payload: { since: new Date(since).toISOString() } });
    }
    const now = clock.now();
    if (!connection.flushed && !connection.delayNotified && now < connection.nextBookmark) return;
    if (!delay.upToDate || connection.mustReset) return;
    if (connection.busy || connection.signals.size > 0 || waits(connection)) return;
    connection.flushed = false;
    connection.delayNotified = false;
    connection.nextBookmark = now + intervalMs;
    observer.bookmarkSent();
    connection.send({ type: "BOOKMARK", payload: { cursor: this.cursor } });
  }
}
