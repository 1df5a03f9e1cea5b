import { FakeClock } from "@heliograph/shared/testing/fake-clock";
import { createHeliograph, type Heliograph } from "../core/client.ts";
import type { EntityResource } from "../core/entity-resource.ts";
import type { LiveList } from "../lists/live-list.ts";
import type { Environment, EnvironmentEvent } from "../platform/environment.ts";
import { createMemoryStore, MemoryContents } from "../store/memory-store.ts";
import { FakeServer } from "./fake-server.ts";
import { testToken } from "./ids.ts";
import { organization } from "./test-client.ts";

export interface Tab {
  readonly client: Heliograph;
  readonly list: LiveList;
  readonly rows: ReadonlyMap<string, EntityResource>;
  /** Aborted when the tab is closed. */
  readonly closing: AbortController;
}

/** A device with two tabs on one local database, a network that can be cut, and a fake server. */
export class TwoTabs {
  readonly server = new FakeServer();
  readonly clock = new FakeClock();
  readonly contents = new MemoryContents();
  /** Settles when the last holder of the flush lock, or the last one in its queue, has released it. */
  #lastTurn: Promise<unknown> = Promise.resolve();
  readonly #watched: readonly string[];
  readonly #listeners = new Set<(event: EnvironmentEvent) => void>();
  readonly tabs: Tab[];
  online = true;

  /** @param watched ids of tasks that both tabs observe all the time */
  constructor(watched: readonly string[]) {
    this.#watched = watched;
    this.server.ownContainers = [organization];
    this.tabs = [this.#open(), this.#open()];
  }

  /** Closes a tab at once and opens it again on the same database. */
  reload(index: number): void {
    const before = this.tabs[index];
    before?.closing.abort();
    before?.client.stop();
    before?.client.outbox.queue.close();
    this.tabs[index] = this.#open();
  }

  setOnline(online: boolean): void {
    if (online === this.online) return;
    this.online = online;
    if (!online) {
      for (const socket of this.server.sockets) {
        if (!socket.open) continue;
        socket.open = false;
        socket.handlers.closed(1006);
      }
      for (const call of [...this.server.calls]) call.fail();
    }
    for (const listener of this.#listeners) listener(online ? "online" : "offline");
  }

  stop(): void {
    for (const { client } of this.tabs) client.stop();
  }

  #open(): Tab {
    const environment: Environment = {
      online: () => this.online,
      subscribe: (listener) => {
        this.#listeners.add(listener);
        return () => this.#listeners.delete(listener);
      },
    };
    const closing = new AbortController();
    const closed = new Promise<void>((resolve) => closing.signal.addEventListener("abort", () => resolve()));
    const client = createHeliograph({
      url: "ws://server.test/ws/sync",
      apiUrl: "http://server.test/api/v1",
      getToken: () => testToken(organization),
      store: createMemoryStore(undefined, this.contents),
      flushLock: async (work) => {
        // Like a Web Lock: a tab that is closed releases the lock, or its place in the queue.
        const turn = Promise.withResolvers<void>();
        const before = this.#lastTurn;
        this.#lastTurn = turn.promise;
        await before;
        await Promise.race([closed, work(() => !closing.signal.aborted)]).finally(() => turn.resolve());
      },
      shareSocket: false,
      clock: this.clock,
      random: () => 0.5,
      fetch: (input, init) => this.#fetch(closing.signal, input, init),
      openSocket: (url, token, handlers) => {
        if (this.online) return this.server.openSocket(url, token, handlers);
        queueMicrotask(() => handlers.closed(1006));
        return { send: () => {}, close: () => {} };
      },
      probe: async () => ({ kind: "reachable" }),
      environment,
    });
    const list = client.list("task", { sort: "name", limit: 50 });
    list.subscribe(() => {});
    const rows = new Map(this.#watched.map((id) => [id, client.entity("task", id)]));
    for (const row of rows.values()) row.subscribe(() => {});
    client.start();
    return { client, list, rows, closing };
  }

  #fetch(closing: AbortSignal, input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
    if (!this.online) return Promise.reject(new TypeError("Failed to fetch"));
    const signal = init?.signal ? AbortSignal.any([init.signal, closing]) : closing;
    // A closed page gets no answer, not even an error.
    return new Promise((resolve, reject) => {
      this.server.fetch(input, { ...init, signal }).then(
        (response) => !closing.aborted && resolve(response),
        (error: unknown) => !closing.aborted && reject(error),
      );
    });
  }
}
