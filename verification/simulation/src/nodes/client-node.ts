import {
  type Clock,
  createHeliograph,
  createMemoryStore,
  type EntityStore,
  type EnvironmentEvent,
  type Heliograph,
  type LiveList,
  type SyncStatus,
  silentLogger,
} from "@heliograph/client";
import { containerName } from "@heliograph/shared/container";
import type { Person } from "../database/rows.ts";
import { epochMs } from "../engine/epoch.ts";
import { Host } from "../engine/host.ts";
import { createSimFetch } from "../ports/rest.ts";
import { SimSocket } from "../ports/socket.ts";
import { makeToken } from "../ports/token.ts";
import { type GatewayNode, pingIntervalMs, sessionGraceMs } from "./gateway-node.ts";
import type { Infrastructure } from "./infrastructure.ts";

/** Rows and lists that the views of a client show. */
export type Interests = {
  readonly rows: readonly { readonly entityCode: string; readonly id: string }[];
  /** Projects whose tasks are listed. */
  readonly lists: readonly string[];
  /** Projects whose tasks are kept in the local store, so that no subscription by id covers them. */
  readonly containers: readonly string[];
};

export type ClientPorts = {
  readonly infrastructure: Infrastructure;
  readonly gateways: readonly GatewayNode[];
  readonly person: Person;
  readonly interests: Interests;
  /** Lifetime of a token, milliseconds. */
  readonly tokenMs: number;
  /** Longest duration of a call to the local store, milliseconds. */
  readonly storeMs: number;
  /** Share of REST requests that fail now. */
  readonly failing: () => number;
  readonly onFrame: (client: ClientNode, gateway: GatewayNode, text: string) => void;
  readonly onUp: (client: ClientNode, text: string) => void;
};

/** How long the renewal of a token takes. */
const renewalMs = 80;

/** A browser with one tab: the real client on simulated ports. Its store outlives reloads. */
export class ClientNode {
  readonly name: string;
  readonly person: Person;
  readonly interests: Interests;
  /** The local store of the browser. */
  readonly store: EntityStore = createMemoryStore();
  readonly sockets = new Set<SimSocket>();
  readonly #ports: ClientPorts;
  readonly #dropped = new Set<number>();
  /** Clock of the machine, shared by all pages that run on it. */
  readonly #clock: Clock;
  #host: Host;
  #client: Heliograph | undefined;
  #lists: { readonly project: string; readonly list: LiveList }[] = [];
  #releases: (() => void)[] = [];
  #unsubscribeStore: () => void = () => undefined;
  #token: string;
  #emit: (event: EnvironmentEvent) => void = () => undefined;
  online = true;

  constructor(name: string, ports: ClientPorts) {
    this.name = name;
    this.person = ports.person;
    this.interests = ports.interests;
    this.#ports = ports;
    this.#host = new Host(name);
    this.#token = makeToken(ports.person, ports.tokenMs);
    const { scheduler } = ports.infrastructure;
    this.#clock = {
      now: () => scheduler.now,
      wallNow: () => epochMs + scheduler.now + this.#host.skewMs,
      setTimer: (callback, delayMs) => scheduler.after(delayMs, this.#host, callback),
    };
  }

  get host(): Host {
    return this.#host;
  }

  get status(): SyncStatus | undefined {
    return this.#client?.status();
  }

  /** Rows that a view shows now. */
  get watched(): readonly { readonly entityCode: string; readonly id: string }[] {
    return this.interests.rows.filter((_, at) => !this.#dropped.has(at));
  }

  lists(): readonly { readonly project: string; readonly list: LiveList }[] {
    return this.#lists;
  }

  start(): void {
    const { scheduler, network, random, database, databaseHost } = this.#ports.infrastructure;
    const host = new Host(this.name);
    host.skewMs = this.#host.skewMs;
    this.#host = host;
    scheduler.within(host, () => {
      const client = createHeliograph({
        url: "ws://sim/ws/sync",
        apiUrl: "http://sim/api/v1",
        getToken: () => this.#token,
        renewToken: async () => this.#renewed(host),
        onAuthRequired: () => void this.#renewed(host).then(() => client.tokenChanged()),
        sessionGraceMs,
        store: this.#storeOfTab(host),
        logger: silentLogger,
        clock: this.#clock,
        random: random.next,
        fetch: createSimFetch({
          scheduler,
          network,
          random,
          database,
          databaseHost,
          client: host,
          gateway: () => this.#anyGateway()?.host,
          person: () => this.person,
          failing: this.#ports.failing,
        }),
        openSocket: (_url, token, handlers) => this.#dial(host, token, handlers),
        probe: async () => {
          await this.#wait(host, 2 * network.latency());
          return this.#anyGateway() ? { kind: "reachable" } : { kind: "unavailable", reason: "no gateway answers" };
        },
        environment: {
          online: () => this.online,
          subscribe: (listener) => {
            this.#emit = listener;
            return () => undefined;
          },
        },
      });
      this.#client = client;
      this.#dropped.clear();
      this.#releases = this.interests.rows.map(({ entityCode, id }) =>
        client.entity(entityCode, id).subscribe(() => undefined),
      );
      this.#lists = this.interests.lists.map((project) => {
        const list = client.list("task", {
          filter: { project_id: project },
          sort: "id",
          within: containerName("project", project),
        });
        list.subscribe(() => undefined);
        return { project, list };
      });
      client.subscribe("task", this.interests.containers, { within: true });
      client.start();
    });
  }

  /** Sends an environment event to the page. */
  emit(event: EnvironmentEvent): void {
    if (event === "online" || event === "offline") this.online = event === "online";
    this.#ports.infrastructure.scheduler.within(this.#host, () => this.#emit(event));
  }

  /** Removes the view of one row. */
  drop(at: number): void {
    if (this.#dropped.has(at) || at >= this.#releases.length) return;
    this.#dropped.add(at);
    this.#ports.infrastructure.scheduler.within(this.#host, () => this.#releases[at]?.());
  }

  /** Shows the row again. */
  watchAgain(at: number): void {
    const row = this.interests.rows[at];
    if (!row || !this.#dropped.delete(at)) return;
    this.#ports.infrastructure.scheduler.within(this.#host, () => {
      const release = this.#client?.entity(row.entityCode, row.id).subscribe(() => undefined);
      if (release) this.#releases[at] = release;
    });
  }

  /** Closes the tab; only the store remains. `code`: close code that the gateway receives. */
  kill(code: number): void {
    this.#host.alive = false;
    this.#unsubscribeStore();
    for (const socket of this.sockets) socket.clientDied(code);
    this.sockets.clear();
    this.#client = undefined;
    this.#lists = [];
  }

  async #renewed(host: Host): Promise<string> {
    await this.#wait(host, renewalMs);
    this.#token = makeToken(this.person, this.#ports.infrastructure.scheduler.now + this.#ports.tokenMs);
    return this.#token;
  }

  #wait(host: Host, ms: number): Promise<void> {
    return new Promise((resolve) => void this.#ports.infrastructure.scheduler.after(ms, host, resolve));
  }

  #anyGateway(): GatewayNode | undefined {
    const serving = this.#ports.gateways.filter((gateway) => gateway.serving);
    return serving.length > 0 ? this.#ports.infrastructure.random.pick(serving) : undefined;
  }

  #dial(
    host: Host,
    token: string,
    handlers: { opened(): void; received(text: string): void; closed(code: number): void },
  ) {
    const { scheduler, network } = this.#ports.infrastructure;
    const gateway = this.#anyGateway();
    if (!gateway || network.state(host.name, gateway.name) === "cut") {
      scheduler.after(1, host, () => handlers.closed(1006));
      return { send: () => undefined, close: () => undefined };
    }
    const socket = new SimSocket({
      scheduler,
      network,
      client: host,
      gateway: gateway.host,
      clientEnd: handlers,
      onDown: (text) => this.#ports.onFrame(this, gateway, text),
    });
    this.sockets.add(socket);
    const gatewayHost = gateway.host;
    const dark = network.state(host.name, gateway.name) === "dark";
    // A handshake on a dark link is never answered; the client times out.
    if (!dark)
      scheduler.after(network.latency(), gatewayHost, () => {
        if (socket.isClosed) return;
        socket.opened();
        if (!gateway.accept(socket, token)) socket.gatewayDied();
      });
    const send = (text: string): void => {
      this.#ports.onUp(this, text);
      socket.sendUp(text);
    };
    return { send, close: (code: number) => socket.closeByClient(code) };
  }

  /** The store as one tab uses it: calls are delayed and ordered, and a closed tab receives no more events. */
  #storeOfTab(host: Host): EntityStore {
    const { scheduler, random } = this.#ports.infrastructure;
    const { storeMs } = this.#ports;
    const unsubscribers = new Set<() => void>();
    this.#unsubscribeStore = () => {
      for (const unsubscribe of unsubscribers) unsubscribe();
    };
    let freeAt = 0;
    const delayed =
      (call: (...args: unknown[]) => Promise<unknown>) =>
      (...args: unknown[]) => {
        if (storeMs === 0) return call(...args);
        freeAt = Math.max(freeAt, scheduler.now + random.next() * storeMs);
        return new Promise((resolve, reject) => {
          scheduler.after(freeAt - scheduler.now, host, () => void call(...args).then(resolve, reject));
        });
      };
    return new Proxy(this.store, {
      get(store, name) {
        const value: unknown = Reflect.get(store, name);
        if (typeof value !== "function") return value;
        if (String(name).startsWith("on"))
          return (listener: unknown) => {
            const unsubscribe = value.call(store, listener) as () => void;
            unsubscribers.add(unsubscribe);
            return unsubscribe;
          };
        return delayed(value.bind(store));
      },
    });
  }

  /** Longest silence before a client treats a link as dead. */
  static readonly deadLinkMs = 2 * pingIntervalMs;
}
