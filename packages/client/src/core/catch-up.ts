import type { Clock } from "@heliograph/shared/clock";
import type { ConnectionState } from "../connection/state.ts";
import type { LiveList } from "../lists/live-list.ts";

export type CatchUpPorts = {
  readonly connection: { readonly state: ConnectionState; caughtUp(): void };
  readonly subscriber: { readonly settled: boolean };
  readonly refetcher: { readonly stamp: number; isDoneUpTo(stamp: number): boolean };
  readonly lists: () => Iterable<LiveList>;
  readonly clock: Clock;
};

/**
 * Decides when a connection that is new, resumed or delayed counts as caught up: every subscription is answered, and all
 * rows that the answers, the replay and the lists invalidated are read.
 */
export class CatchUp {
  readonly #ports: CatchUpPorts;
  /** Needs numbered up to here must be satisfied; undefined until the number is known. */
  #stamp: number | undefined;
  /** The replay after RESUMED ends with the first BOOKMARK. */
  #awaitsBookmark = false;
  #rereadsLists = false;
  #bookmarkedAt: number | undefined;
  /** A BOOKMARK of the live connection, until the rows that were signalled before it are read. */
  #mark: { readonly stamp: number; readonly at: number } | undefined;
  #caughtUpAt: number | undefined;

  constructor(ports: CatchUpPorts) {
    this.#ports = ports;
  }

  /** Up to when everything that the server signalled is read, milliseconds since 1970; undefined before the first time. */
  get caughtUpAt(): number | undefined {
    return this.#caughtUpAt;
  }

  /** Everything is subscribed again. */
  reset(): void {
    this.#stamp = undefined;
    this.#awaitsBookmark = false;
    this.#rereadsLists = true;
    this.#bookmarkedAt = undefined;
    this.#mark = undefined;
  }

  /** Subscriptions live on. Lists are not read again: missed changes arrive as signals. */
  resumed(): void {
    this.#stamp = undefined;
    this.#awaitsBookmark = true;
    this.#bookmarkedAt = undefined;
    this.#mark = undefined;
  }

  /** Every signal up to now has arrived; `endsDelay`: the server was behind until now. */
  bookmark(endsDelay: boolean): void {
    this.#bookmarkedAt = this.#ports.clock.wallNow();
    // Signals before the BOOKMARK count for catching up; later ones are the ordinary stream of changes.
    if (this.#awaitsBookmark || endsDelay) this.#stamp = undefined;
    this.#awaitsBookmark = false;
    // Keeps the oldest BOOKMARK: a steady stream of changes must not postpone the moment forever.
    this.#mark ??= { stamp: this.#ports.refetcher.stamp, at: this.#bookmarkedAt };
    this.check();
  }

  check(): void {
    const { connection, subscriber, refetcher, lists } = this.#ports;
    if (connection.state.kind === "connected" && this.#mark && refetcher.isDoneUpTo(this.#mark.stamp)) {
      this.#caughtUpAt = this.#mark.at;
      this.#mark = undefined;
    }
    if (connection.state.kind !== "catching-up" || this.#awaitsBookmark || !subscriber.settled) return;
    if (this.#stamp === undefined) {
      this.#stamp = refetcher.stamp;
      for (const list of lists()) {
        // A list without a container gets no SUBSCRIBED that would make it read again.
        if (this.#rereadsLists && list.spec.within === undefined) list.subscribed();
        else list.replayed();
      }
      this.#rereadsLists = false;
    }
    if (!refetcher.isDoneUpTo(this.#stamp)) return;
    for (const list of lists()) if (!list.caughtUp) return;
    this.#caughtUpAt = this.#bookmarkedAt ?? this.#ports.clock.wallNow();
    this.#mark = undefined;
    connection.caughtUp();
  }
}
