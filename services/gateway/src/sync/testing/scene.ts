import type { DownMessage, HintItem } from "@heliograph/protocol";
import type { Connection, SocketPort } from "../connection.ts";
import { ConnectionManager } from "../connection-manager.ts";
import { FanOut } from "../fan-out.ts";
import type { Held } from "../holdings.ts";
import { defaultLimits, type Limits } from "../limits.ts";
import { Rights } from "../rights.ts";
import type { Readable, Reader } from "../rights-reader.ts";
import type { Session } from "../session.ts";
import { SubscriptionIndex } from "../subscription-index.ts";
import { SubscriptionManager } from "../subscription-manager.ts";
import { FakeClock, settled } from "./fake-clock.ts";

/** A socket that remembers what was written. */
export class FakeSocket implements SocketPort {
  readonly sent: DownMessage[] = [];
  readonly texts: string[] = [];
  bufferedAmount = 0;
  closedWith: number | undefined;
  terminated = false;
  pings = 0;
  paused = false;

  send(text: string): void {
    this.texts.push(text);
    this.sent.push(JSON.parse(text) as DownMessage);
  }
  close(code: number): void {
    this.closedWith ??= code;
  }
  terminate(): void {
    this.terminated = true;
  }
  ping(): void {
    this.pings += 1;
  }
  pause(): void {
    this.paused = true;
  }
  resume(): void {
    this.paused = false;
  }

  /** What was written since the last call. */
  take(): DownMessage[] {
    this.texts.length = 0;
    return this.sent.splice(0);
  }
}

/** A client on a fake socket. */
export type FakeClient = {
  readonly socket: FakeSocket;
  readonly connection: Connection;
  say(message: object | string): void;
  /** Says it and lets everything come to rest. */
  tell(message: object | string): Promise<DownMessage[]>;
  leave(): void;
};

/** A question to the database that the test answers. */
export type Question = {
  readonly reader: Reader;
  readonly code: string;
  readonly ids: readonly string[];
  answer(readable?: Readable): void;
  fail(): void;
};

export const north = "00000000-0000-4000-8000-0000000000aa";
let counter = 0;
/** A new id. */
export const id = (): string => `00000000-0000-4000-8000-${(++counter).toString(16).padStart(12, "0")}`;

/** An UPDATE of a row that every member may read, unless told otherwise. */
export const item = (of: Partial<HintItem> & { e: string }): HintItem => ({
  c: "task",
  a: 2,
  v: 1,
  k: [],
  r: false,
  x: false,
  t: Date.UTC(2026, 0, 1),
  ...of,
});

/** Everything between feed and sockets, on a database of the test's own making. */
export class Scene {
  readonly clock = new FakeClock();
  readonly index = new SubscriptionIndex<Connection>();
  readonly rows = new Map<string, Held>();
  readonly stop = new AbortController();
  readonly errors: unknown[] = [];
  readonly ended: Session[] = [];
  /** Versions of readable rows, and readable containers; unless `asks` is set. */
  readonly readable = new Map<string, number>();
  readonly containers = new Set<string>();
  /** Questions that wait for the test's answer; undefined: answered from `readable` at once. */
  questions: Question[] | undefined;
  reads = 0;
  failRows = false;
  sessionLost = false;
  readonly subscriptions: SubscriptionManager;
  readonly connections: ConnectionManager;
  readonly rights: Rights;
  readonly fanOut: FanOut;

  constructor(limits: Partial<Limits> = {}) {
    const all = { ...defaultLimits, ...limits };
    const { clock, index } = this;
    const onError = (error: unknown): void => void this.errors.push(error);
    const reader = {
      read: (who: Reader, code: string, asked: { ids: readonly string[]; within: readonly string[] }) =>
        this.#read(who, code, asked),
    };
    this.subscriptions = new SubscriptionManager({
      index,
      rows: {
        add: async (_session, held) => {
          this.#failIfTold();
          if (this.sessionLost) return false;
          _session.attempted = true;
          _session.created = true;
          for (const one of held) this.rows.set(rowKey(_session, one), one);
          return true;
        },
        remove: async (session, held) => {
          this.#failIfTold();
          for (const one of held) this.rows.delete(rowKey(session, one));
        },
      },
      rights: reader,
      knows: async (code) => code !== "nonsense",
      limits: all,
      clock,
      onError,
      observeSubscribe: () => undefined,
    });
    this.rights = new Rights({
      reader,
      subscriptions: this.subscriptions,
      clock,
      random: () => 1,
      signal: this.stop.signal,
      onError,
      countRead: () => undefined,
      maxWaiting: all.maxWaiting,
    });
    this.connections = new ConnectionManager({
      clock,
      random: () => 0.5,
      limits: all,
      subscriptions: this.subscriptions,
      gatewayId: () => "00000000-0000-4000-8000-00000000000f",
      cursor: () => "sealed",
      endSession: (session) => this.ended.push(session),
      onError,
      count: {
        in: () => undefined,
        out: () => undefined,
        invalidations: () => undefined,
        slow: () => undefined,
        closed: () => undefined,
      },
    });
    this.fanOut = new FanOut({ index, rights: this.rights, usersOf: (person) => this.connections.usersOf(person) });
  }

  /** A new socket, of a person of its own unless told. */
  connect({ personId = id(), expiresIn = 3600 }: { personId?: string; expiresIn?: number } = {}): FakeClient {
    const socket = new FakeSocket();
    const expiresAt = this.clock.wall() / 1000 + expiresIn;
    const connection = this.connections.open({ personId, organizationId: north, expiresAt }, socket);
    const say = (message: object | string): void =>
      connection.receive(typeof message === "string" ? message : JSON.stringify(message));
    return {
      socket,
      connection,
      say,
      tell: async (message) => {
        socket.take();
        say(message);
        await settled();
        return socket.take();
      },
      leave: () => this.connections.closed(connection, 1005),
    };
  }

  /** A socket that holds these already. */
  async subscribed(of: { ids?: string[]; within?: string[]; personId?: string }): Promise<FakeClient> {
    const client = this.connect(of);
    await client.tell({
      type: "SUBSCRIBE",
      payload: { entityCode: "task", entityIds: of.ids ?? [], within: of.within ?? [] },
    });
    return client;
  }

  async apply(...items: HintItem[]): Promise<void> {
    this.fanOut.apply(items);
    await settled();
  }

  #failIfTold(): void {
    if (this.failRows) throw new Error("the database is away");
  }

  #read(reader: Reader, code: string, asked: { ids: readonly string[]; within: readonly string[] }): Promise<Readable> {
    this.reads += 1;
    const now = (): Readable => ({
      versions: new Map(asked.ids.flatMap((one) => [[one, this.readable.get(one)] as const]).filter(isReadable)),
      containers: new Set(asked.within.filter((one) => this.containers.has(one))),
    });
    if (!this.questions) return Promise.resolve(now());
    return new Promise((resolve, reject) => {
      this.questions?.push({
        reader,
        code,
        ids: asked.ids,
        answer: (readable) => resolve(readable ?? now()),
        fail: () => reject(new Error("the database is away")),
      });
    });
  }
}

const isReadable = (entry: readonly [string, number | undefined]): entry is [string, number] => entry[1] !== undefined;
const rowKey = (session: Session, { kind, code, id: entityId }: Held): string =>
  `${session.connectionId} ${kind} ${code} ${entityId}`;
