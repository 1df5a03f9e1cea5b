import type { Limits } from "../connection/connection.ts";
import type { ListCache } from "../lists/list-cache.ts";
import type { Logger } from "../platform/logger.ts";
import type { Refetcher } from "../refetch/refetcher.ts";
import type { HeldVersionReconciler } from "../subscriptions/held-version-reconciler.ts";
import type { Subscriber } from "../subscriptions/subscriber.ts";
import type { Tabs } from "../tabs/tabs.ts";
import type { CatchUp } from "./catch-up.ts";
import type { SignInRequest } from "./sign-in-request.ts";

export interface SessionEventsPorts {
  readonly catchUp: CatchUp;
  readonly signIn: SignInRequest;
  readonly refetcher: Refetcher;
  readonly subscriber: Subscriber;
  readonly heldVersions: HeldVersionReconciler;
  readonly lists: ListCache;
  readonly tabs: Tabs;
  readonly logger: Logger;
}

/** Takes each event of the session to the parts of the client, in the order in which they depend on one another. */
export class SessionEvents {
  readonly #ports: SessionEventsPorts;

  constructor(ports: SessionEventsPorts) {
    this.#ports = ports;
  }

  /** A connection on which nothing is subscribed. */
  connected(limits: Limits): void {
    const { catchUp, signIn, refetcher, subscriber, heldVersions, tabs, logger } = this.#ports;
    logger.info("[Sync] Connected");
    catchUp.reset();
    signIn.welcomed();
    refetcher.reset();
    heldVersions.restart(limits);
    subscriber.connected(limits);
    refetcher.retryNow();
    tabs.linked(limits);
  }

  /** A connection that keeps `count` subscriptions of the last one. */
  resumed(limits: Limits, count: number): void {
    const { catchUp, signIn, refetcher, subscriber, heldVersions, tabs, logger } = this.#ports;
    logger.info(`[Sync] Resumed (${count})`);
    catchUp.resumed();
    signIn.welcomed();
    heldVersions.resumed(limits);
    subscriber.resumed(limits, count);
    refetcher.retryNow();
    tabs.linked(limits);
  }

  /** The server cannot tell what changed: everything is subscribed again on the same connection. */
  reset(): void {
    const { catchUp, refetcher, subscriber, heldVersions, tabs } = this.#ports;
    catchUp.reset();
    refetcher.reset();
    heldVersions.restart();
    subscriber.resubscribeAll();
    tabs.reset();
  }

  /** Every signal up to now has arrived; `endsDelay`: the server was behind until now. */
  bookmark(endsDelay: boolean): void {
    const { catchUp, tabs } = this.#ports;
    catchUp.bookmark(endsDelay);
    tabs.bookmark();
  }

  disconnected(): void {
    const { refetcher, subscriber, heldVersions, lists, tabs, logger } = this.#ports;
    logger.info("[Sync] Disconnected");
    tabs.unlinked();
    heldVersions.disconnected();
    subscriber.disconnected();
    refetcher.disconnected();
    lists.refresh();
  }
}
