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
import type { Person } from "../database/rows.ts";
import { epochMs } from "../engine/epoch.ts";
import { Host } from "../engine/host.ts";
import { createSimFetch } from "../ports/rest.ts";
import { makeToken } from "../ports/token.ts";
import { Wire } from "../ports/wire.ts";
import { type PodNode, pingIntervalMs, sessionGraceMs } from "./pod-node.ts";
import type { World } from "./world.ts";

/** What somebody looks at on a device. */
export type Interests = {
  readonly rows: readonly { readonly code: string; readonly id: string }[];
  /** Projects whose tasks are listed. */
  readonly lists: readonly string[];
};

export type ClientPorts = {
  readonly world: World;
  readonly pods: readonly PodNode[];
  readonly person: Person;
  readonly interests: Interests;
  /** How long a token lives; renewed in time unless `renews` says otherwise. */
  readonly tokenMs: number;
  /** Milliseconds that the local store takes, at most. */
  readonly storeMs: number;
  /** Share of REST requests that fail now. */
  readonly failing: () => number;
  readonly onFrame: (client: ClientNode, pod: PodNode, text: string) => void;
  readonly onUp: (client: ClientNode, text: string) => void;
};

/** How long a renewal of a token takes. */
const renewalMs = 80;

/** A device with one tab: the real client on simulated ports. Its store outlives reloads. */
export class ClientNode {
  readonly name: string;
  readonly person: Person;
  readonly interests: Interests;
  /** The device's database. */
  readonly store: EntityStore = createMemoryStore();
  readonly wires = new Set<Wire>();
  readonly #ports: ClientPorts;
  readonly #dropped = new Set<number>();
  /** The device's own, whichever page runs on it. */
  readonly #clock: Clock;
  #host: Host;
  #client: Heliograph | undefined;
  #lists: { readonly project: string; readonly list: LiveList }[] = [];
  #releases: (() => void)[] = [];
  #leaveStore: () => void = () => undefined;
  #token: string;
  #tell: (event: EnvironmentEvent) => void = () => undefined;
  online = true;

  constructor(name: string, ports: ClientPorts) {
    this.name = name;
    this.person = ports.person;
    this.interests = ports.interests;
    this.#ports = ports;
    this.#host = new Host(name);
    this.#token = makeToken(ports.person, ports.tokenMs);
    const { scheduler } = ports.world;
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

  /** Rows that are watched now, by index of the interests. */
  get watched(): readonly { readonly code: string; readonly id: string }[] {
    return this.interests.rows.filter((_, at) => !this.#dropped.has(at));
  }

  lists(): readonly { readonly project: string; readonly list: LiveList }[] {
    return this.#lists;
  }

  start(): void {
    const { scheduler, network, random, database, databaseHost } = this.#ports.world;
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
        store: this.#deviceStore(host),
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
          pod: () => this.#anyPod()?.host,
          person: () => this.person,
          failing: this.#ports.failing,
        }),
        openSocket: (_url, token, handlers) => this.#dial(host, token, handlers),
        probe: async () => {
          await this.#wait(host, 2 * network.latency());
          return this.#anyPod() ? { kind: "reachable" } : { kind: "unavailable", reason: "nobody answers" };
        },
        environment: {
          online: () => this.online,
          subscribe: (listener) => {
            this.#tell = listener;
            return () => undefined;
          },
        },
      });
      this.#client = client;
      this.#dropped.clear();
      this.#releases = this.interests.rows.map(({ code, id }) => client.entity(code, id).subscribe(() => undefined));
      this.#lists = this.interests.lists.map((project) => {
        const list = client.list("task", { filter: { project_id: project }, sort: "id", within: project });
        list.subscribe(() => undefined);
        return { project, list };
      });
      client.start();
    });
  }

  /** The device tells the page something about itself. */
  tell(event: EnvironmentEvent): void {
    if (event === "online" || event === "offline") this.online = event === "online";
    this.#ports.world.scheduler.within(this.#host, () => this.#tell(event));
  }

  /** A view of one row goes away. */
  drop(at: number): void {
    if (this.#dropped.has(at) || at >= this.#releases.length) return;
    this.#dropped.add(at);
    this.#ports.world.scheduler.within(this.#host, () => this.#releases[at]?.());
  }

  /** And comes back. */
  watchAgain(at: number): void {
    const row = this.interests.rows[at];
    if (!row || !this.#dropped.delete(at)) return;
    this.#ports.world.scheduler.within(this.#host, () => {
      const release = this.#client?.entity(row.code, row.id).subscribe(() => undefined);
      if (release) this.#releases[at] = release;
    });
  }

  /** The tab is gone, with everything but the store. `code`: how the pod hears of it. */
  kill(code: number): void {
    this.#host.alive = false;
    this.#leaveStore();
    for (const wire of this.wires) wire.clientDied(code);
    this.wires.clear();
    this.#client = undefined;
    this.#lists = [];
  }

  async #renewed(host: Host): Promise<string> {
    await this.#wait(host, renewalMs);
    this.#token = makeToken(this.person, this.#ports.world.scheduler.now + this.#ports.tokenMs);
    return this.#token;
  }

  #wait(host: Host, ms: number): Promise<void> {
    return new Promise((resolve) => void this.#ports.world.scheduler.after(ms, host, resolve));
  }

  #anyPod(): PodNode | undefined {
    const serving = this.#ports.pods.filter((pod) => pod.serving);
    return serving.length > 0 ? this.#ports.world.random.pick(serving) : undefined;
  }

  #dial(
    host: Host,
    token: string,
    handlers: { opened(): void; received(text: string): void; closed(code: number): void },
  ) {
    const { scheduler, network } = this.#ports.world;
    const pod = this.#anyPod();
    if (!pod || network.state(host.name, pod.name) === "cut") {
      scheduler.after(1, host, () => handlers.closed(1006));
      return { send: () => undefined, close: () => undefined };
    }
    const wire = new Wire({
      scheduler,
      network,
      client: host,
      pod: pod.host,
      clientEnd: handlers,
      onDown: (text) => this.#ports.onFrame(this, pod, text),
    });
    this.wires.add(wire);
    const podHost = pod.host;
    const dark = network.state(host.name, pod.name) === "dark";
    // A handshake into the dark is never answered; the client gives it up by itself.
    if (!dark)
      scheduler.after(network.latency(), podHost, () => {
        if (wire.over) return;
        wire.opened();
        if (!pod.accept(wire, token)) wire.podDied();
      });
    const send = (text: string): void => {
      this.#ports.onUp(this, text);
      wire.sendUp(text);
    };
    return { send, close: (code: number) => wire.closeByClient(code) };
  }

  /** The store as one tab sees it: calls take their time, in order, and a tab that is gone hears nothing more. */
  #deviceStore(host: Host): EntityStore {
    const { scheduler, random } = this.#ports.world;
    const { storeMs } = this.#ports;
    const leaves = new Set<() => void>();
    this.#leaveStore = () => {
      for (const leave of leaves) leave();
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
            const leave = value.call(store, listener) as () => void;
            leaves.add(leave);
            return leave;
          };
        return delayed(value.bind(store));
      },
    });
  }

  /** Upper bound of the silence before a client takes a link for dead. */
  static readonly deadLinkMs = 2 * pingIntervalMs;
}
