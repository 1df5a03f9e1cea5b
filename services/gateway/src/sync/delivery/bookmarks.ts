import type { Clock } from "@heliograph/shared/clock";
import type { Connection } from "../socket/connection.ts";
import type { DelayWatch } from "./delay-watch.ts";
import type { Position } from "./sync-cursor.ts";

export type BookmarksPorts = {
  readonly clock: Clock;
  readonly seal: (position: Position) => string;
  readonly position: () => Position | undefined;
  readonly delay: Pick<DelayWatch, "since" | "vouches">;
  /** Whether signals of this socket wait outside of it: for a read of rights, or for rows to be removed. */
  readonly waits: (connection: Connection) => boolean;
  readonly intervalMs: number;
  readonly count: { bookmark(): void; delayed(): void };
};

/**
 * Tells sockets how far they are. A BOOKMARK vouches that every signal up to its cursor was written before it, so it is
 * left out while a single one may still be on its way: a client that resumed from it would never hear of that one.
 */
export class Bookmarks {
  readonly #ports: BookmarksPorts;
  #sealed: { readonly position: Position; readonly cursor: string } | undefined;

  constructor(ports: BookmarksPorts) {
    this.#ports = ports;
  }

  /** The feed's place, sealed; the same text for all sockets until the feed moves. */
  get cursor(): string {
    const position = this.#ports.position();
    if (!position) return "";
    if (this.#sealed?.position !== position) this.#sealed = { position, cursor: this.#ports.seal(position) };
    return this.#sealed.cursor;
  }

  /** Looks after one socket; called at most once a second for each. */
  visit(connection: Connection): void {
    if (!connection.open) return;
    const { clock, delay, waits, intervalMs, count } = this.#ports;
    const { since } = delay;
    if (since !== null && !connection.toldDelayed) {
      connection.toldDelayed = true;
      count.delayed();
      connection.send({ type: "DELAYED", payload: { since: new Date(since).toISOString() } });
    }
    const now = clock.now();
    if (!connection.flushed && !connection.toldDelayed && now < connection.nextBookmark) return;
    if (!delay.vouches || connection.mustReset) return;
    if (connection.busy || connection.outbox.size > 0 || waits(connection)) return;
    connection.flushed = false;
    connection.toldDelayed = false;
    connection.nextBookmark = now + intervalMs;
    count.bookmark();
    connection.send({ type: "BOOKMARK", payload: { cursor: this.cursor } });
  }
}
