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
 * Decides when a connection that was new, resumed or behind counts as up to date: all subscriptions are answered, and
 * everything that they, the replay and the lists gave to read is read.
 */
export class CatchUp {
  readonly #ports: CatchUpPorts;
  /** Everything numbered up to here must be read; undefined until that is known. */
  #stamp: number | undefined;
  /** The replay after RESUMED has no other end than the first BOOKMARK. */
  #awaitsBookmark = false;
  #rereadsLists = false;
  #toldAt: number | undefined;
  /** A BOOKMARK of the live connection, while rows that were signalled before it are not read. */
  #mark: { readonly stamp: number; readonly at: number } | undefined;
  #caughtUpAt: number | undefined;

  constructor(ports: CatchUpPorts) {
    this.#ports = ports;
  }

  /** Until when everything that the server signalled is read, milliseconds since 1970; undefined before the first time. */
  get caughtUpAt(): number | undefined {
    return this.#caughtUpAt;
  }

  /** Everything is subscribed again. */
  reset(): void {
    this.#stamp = undefined;
    this.#awaitsBookmark = false;
    this.#rereadsLists = true;
    this.#toldAt = undefined;
    this.#mark = undefined;
  }

  /** Subscriptions live on. Lists are not read again: what was missed comes as signals, as if there had been no break. */
  resumed(): void {
    this.#stamp = undefined;
    this.#awaitsBookmark = true;
    this.#toldAt = undefined;
    this.#mark = undefined;
  }

  /** Every signal up to now has arrived; `endsDelay`: also those that the server was behind with. */
  bookmark(endsDelay: boolean): void {
    this.#toldAt = this.#ports.clock.wallNow();
    // What was told before it counts, what comes later is the ordinary stream of changes.
    if (this.#awaitsBookmark || endsDelay) this.#stamp = undefined;
    this.#awaitsBookmark = false;
    // The oldest one waits: a steady stream of changes must not push the moment ahead for ever.
    this.#mark ??= { stamp: this.#ports.refetcher.stamp, at: this.#toldAt };
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
        // Lists without a container get no confirmation of their own.
        if (this.#rereadsLists && list.spec.within === undefined) list.subscribed();
        else list.replayed();
      }
      this.#rereadsLists = false;
    }
    if (!refetcher.isDoneUpTo(this.#stamp)) return;
    for (const list of lists()) if (!list.caughtUp) return;
    this.#caughtUpAt = this.#toldAt ?? this.#ports.clock.wallNow();
    this.#mark = undefined;
    connection.caughtUp();
  }
}
