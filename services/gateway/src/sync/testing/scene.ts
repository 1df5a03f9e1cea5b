import type { DownMessage } from "@heliograph/protocol";
import { type Identity, type LogChange, TokenError } from "@heliograph/server-kit";
import { FakeClock } from "@heliograph/shared/testing/fake-clock";
import { settle } from "@heliograph/shared/testing/settle";
import { Bookmarks } from "../delivery/bookmarks.ts";
import { DelayWatch } from "../delivery/delay-watch.ts";
import { FanOut } from "../delivery/fan-out.ts";
import type { Position } from "../delivery/sync-cursor.ts";
import { ReplayReader } from "../feed/replay-reader.ts";
import { Ring } from "../feed/replay-ring.ts";
import { Rights } from "../rights/rights-gate.ts";
import type { Asked, Readable, Reader } from "../rights/rights-reader.ts";
import { Resumer } from "../sessions/resumer.ts";
import type { Session } from "../sessions/session.ts";
import type { Taken, Wanted } from "../sessions/session-store.ts";
import type { Connection } from "../socket/connection.ts";
import { ConnectionManager } from "../socket/connection-manager.ts";
import { defaultLimits, type Limits } from "../socket/limits.ts";
import { createMessageRouter } from "../socket/message-router.ts";
import type { Held } from "../subscriptions/connection-subscriptions.ts";
import { SubscriptionIndex } from "../subscriptions/subscription-index.ts";
import { SubscriptionManager } from "../subscriptions/subscription-manager.ts";
import { type Row, RowKeeper } from "../subscriptions/subscription-row-writer.ts";
import { FakeSocket } from "./fake-socket.ts";

/** A client on a fake socket. */
export type FakeClient = {
  readonly socket: FakeSocket;
  readonly connection: Connection;
  say(message: object | string): void;
  /** Says it and lets everything come to rest. */
  tell(message: object | string): Promise<DownMessage[]>;
  /** The socket is gone; 1006: lost. */
  leave(code?: number): void;
};

/** A question to the database that the test answers. */
export type Question = {
  readonly reader: Reader;
  readonly code: string;
  readonly ids: readonly string[];
  answer(readable?: Readable): void;
  fail(): void;
};

const gatewayId = "00000000-0000-4000-8000-00000000000f";
/** Positions in plain sight. */
export const sealed = ({ epoch, seq }: Position): string => `${epoch}@${seq}`;
function opened(text: string): Position | undefined {
  const [, epoch = "", seq] = /^(\w+)@(\d+)$/.exec(text) ?? [];
  return seq === undefined ? undefined : { epoch, seq: Number(seq) };
}
export const north = "00000000-0000-4000-8000-0000000000aa";
let counter = 0;
/** A new id. */
export const id = (): string => `00000000-0000-4000-8000-${(++counter).toString(16).padStart(12, "0")}`;

/** An UPDATE of a row that every member may read, unless told otherwise. */
export const item = (of: Partial<LogChange> & { entityId: string }): LogChange => ({
  entityCode: "task",
  action: 2,
  version: 1,
  containerIds: [],
  restricted: false,
  recheck: false,
  changedAt: Date.UTC(2026, 0, 1),
  ...of,
});

/** Everything between feed and sockets, on a database of the test's own making. */
export class Scene {
  readonly clock = new FakeClock();
  readonly index = new SubscriptionIndex<Connection>();
  readonly sleepers = new SubscriptionIndex<Connection>();
  readonly rows = new Map<string, Row>();
  /** Codes of tables with policies of their own. */
  readonly ownPolicies = new Set<string>();
  /** Private rows that do not exist any more, and that the user could read. */
  readonly mightRead = new Set<string>();
  woken = 0;
  readonly stop = new AbortController();
  readonly errors: unknown[] = [];
  readonly ended: Session[] = [];
  readonly suspended: Session[] = [];
  /** Rows of app.rxdb_session. */
  readonly sessions = new Map<string, Session>();
  readonly resumes: string[] = [];
  /** Tokens that AUTH may bring. */
  readonly tokens = new Map<string, Identity>();
  position: Position = { epoch: "one", seq: 100 };
  /** What the regular look at the head finds. */
  headAnswers = true;
  behindSince: number | null = null;
  /** A connection is taken over only after this. */
  beforeTake: Promise<void> = Promise.resolve();
  /** What was missed is read only after this. */
  beforeReplay: Promise<void> = Promise.resolve();
  /** And what was read arrives only after this. */
  afterReplay: Promise<void> = Promise.resolve();
  /** Versions of readable rows, and readable containers; unless `asks` is set. */
  readonly readable = new Map<string, number>();
  readonly containers = new Set<string>();
  /** Questions that wait for the test's answer; undefined: answered from `readable` at once. */
  questions: Question[] | undefined;
  reads = 0;
  failRows = false;
  sessionLost = false;
  readonly keeper: RowKeeper;
  readonly subscriptions: SubscriptionManager;
  readonly connections: ConnectionManager;
  readonly rights: Rights;
  readonly fanOut: FanOut;
  readonly ring: Ring;
  readonly bookmarks: Bookmarks;
  readonly delay: DelayWatch;
  readonly #replays: ReplayReader;
  readonly #route: ReturnType<typeof createMessageRouter>;

  constructor(limits: Partial<Limits> = {}) {
    const all = { ...defaultLimits, ...limits };
    const { clock, index } = this;
    this.delay = new DelayWatch(clock);
    const lookAtHead = (): void => {
      if (this.headAnswers) this.delay.headRead(this.behindSince);
      clock.setTimer(lookAtHead, 5000);
    };
    lookAtHead();
    const onError = (error: unknown): void => void this.errors.push(error);
    const reader = {
      read: (who: Reader, code: string, asked: Asked) => this.#read(who, code, asked),
    };
    this.keeper = new RowKeeper({
      clock,
      onError,
      rows: {
        put: async (_session, held) => {
          this.#failIfTold();
          if (this.sessionLost) return false;
          _session.attempted = true;
          _session.created = true;
          this.sessions.set(_session.connectionId, _session);
          for (const one of held) this.rows.set(rowKey(_session, one), one);
          return true;
        },
        remove: async (session, held) => {
          this.#failIfTold();
          for (const one of held) this.rows.delete(rowKey(session, one));
          return !this.sessionLost;
        },
      },
    });
    this.subscriptions = new SubscriptionManager({
      index,
      sleepers: this.sleepers,
      rows: this.keeper,
      stir: (connection, held) => this.rights.stir(connection.user, held),
      onCovered: (connection, code, ids) => this.rights.noteCovered(connection, code, ids),
      countWoken: () => {
        this.woken += 1;
      },
      rights: reader,
      knows: async (code) => code !== "nonsense",
      limits: all,
      clock,
      onError,
      countReset: () => undefined,
      observeSubscribe: () => undefined,
    });
    this.rights = new Rights({
      reader,
      subscriptions: this.subscriptions,
      hasOwnPolicy: (code) => this.ownPolicies.has(code),
      clock,
      random: () => 1,
      signal: this.stop.signal,
      onError,
      countRead: () => undefined,
      maxWaiting: all.maxWaiting,
    });
    const endSession = (session: Session): void => {
      this.ended.push(session);
      if (this.sessions.get(session.connectionId)?.generation !== session.generation) return;
      this.sessions.delete(session.connectionId);
      for (const key of this.rows.keys()) if (key.startsWith(session.connectionId)) this.rows.delete(key);
    };
    const suspendSession = (session: Session): void => void this.suspended.push(session);
    this.bookmarks = new Bookmarks({
      clock,
      seal: sealed,
      position: () => this.position,
      delay: this.delay,
      waits: (connection) => this.rights.isBusy(connection.user) || this.keeper.hasStray(connection),
      intervalMs: all.bookmarkIntervalMs,
      count: { bookmark: () => undefined, delayed: () => undefined },
    });
    this.connections = new ConnectionManager({
      clock,
      random: () => 0.5,
      limits: all,
      subscriptions: this.subscriptions,
      gatewayId: () => gatewayId,
      handle: (connection, message) => this.#route(connection, message),
      bookmarks: this.bookmarks,
      endSession,
      suspendSession,
      onError,
      count: {
        in: () => undefined,
        out: () => undefined,
        invalidations: () => undefined,
        slow: () => undefined,
        closed: () => undefined,
      },
    });
    this.fanOut = new FanOut({
      index,
      sleepers: this.sleepers,
      rights: this.rights,
      usersOf: (person) => this.connections.usersOf(person),
    });
    this.ring = new Ring({ clock, maxItems: 1000, maxAgeMs: 60_000 });
    this.ring.restart(this.position);
    const place = (): Position => this.position;
    const resumer = new Resumer({
      cursors: { seal: sealed, open: opened },
      feed: {
        get position() {
          return place();
        },
        reach: async ({ epoch, seq }) => {
          if (epoch !== this.position.epoch) return "other_history";
          return seq > this.position.seq ? "cursor_ahead" : "reached";
        },
      },
      sessions: { take: (wanted) => this.#take(wanted) },
      connections: this.connections,
      subscriptions: this.subscriptions,
      replays: {
        read: async (absent, epoch) => {
          await this.beforeReplay;
          const missed = await this.#replays.read(absent, epoch);
          await this.afterReplay;
          return missed;
        },
      },
      fanOut: this.fanOut,
      rights: this.rights,
      gatewayId: () => gatewayId,
      endSession,
      suspendSession,
      maxMissed: all.maxWaiting,
      onError,
      count: (result) => this.resumes.push(result),
      countReset: () => undefined,
    });
    this.#replays = new ReplayReader({
      ring: this.ring,
      readHead: async () => ({ ...this.position, minSeq: 0, behindSince: null }),
      readLog: async () => {
        throw new Error("this scene has no log");
      },
      position: () => this.position,
      countReplay: () => undefined,
    });
    this.#route = createMessageRouter({
      verify: (token) => {
        const identity = this.tokens.get(token);
        if (!identity) throw new TokenError("invalid");
        return identity;
      },
      resumer,
      subscriptions: this.subscriptions,
    });
  }

  /** A new socket, of a person of its own unless told. */
  connect({ personId = id(), expiresIn = 3600 }: { personId?: string; expiresIn?: number } = {}): FakeClient {
    const socket = new FakeSocket();
    const expiresAt = this.clock.wallNow() / 1000 + expiresIn;
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
        await settle();
        return socket.take();
      },
      leave: (code = 1006) => this.connections.closed(connection, code),
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

  /** The next stretch of the feed. */
  async apply(...changes: LogChange[]): Promise<void> {
    const { epoch, seq: after } = this.position;
    this.position = { epoch, seq: after + changes.length };
    this.ring.push({ epoch, after, seq: this.position.seq, changes });
    this.fanOut.apply(changes);
    await settle();
  }

  /** A new socket that goes on with another one's connection. */
  async resume(
    { connectionId, cursor }: { connectionId: string; cursor: string },
    of: { personId?: string } = {},
  ): Promise<FakeClient & { readonly answers: DownMessage[] }> {
    const client = this.connect(of);
    const answers = await client.tell({ type: "RESUME", id: "r", payload: { connectionId, cursor } });
    return { ...client, answers };
  }

  /** The place at this moment, sealed. */
  get cursor(): string {
    return sealed(this.position);
  }

  async #take({ connectionId, userId, organizationId, gatewayId }: Wanted): Promise<Taken | "unknown"> {
    await this.beforeTake;
    this.#failIfTold();
    const before = this.sessions.get(connectionId);
    if (before?.userId !== userId || before.organizationId !== organizationId) return "unknown";
    const session = { ...before, gatewayId, generation: before.generation + 1 };
    this.sessions.set(connectionId, session);
    const rows = [...this.rows].flatMap(([key, one]) => (key.startsWith(connectionId) ? [one] : []));
    return { session, held: rows.filter((row) => !row.dormant), dormant: rows.filter((row) => row.dormant) };
  }

  #failIfTold(): void {
    if (this.failRows) throw new Error("the database is away");
  }

  /** Rows of what is held, without those of what was refused. */
  get heldRows(): Row[] {
    return [...this.rows.values()].filter((row) => !row.dormant);
  }

  #read(reader: Reader, code: string, asked: Asked): Promise<Readable> {
    this.reads += 1;
    const now = (): Readable => ({
      versions: new Map(asked.ids.flatMap((one) => [[one, this.readable.get(one)] as const]).filter(isReadable)),
      containers: new Map(
        asked.within.filter((one) => this.containers.has(one)).map((one) => [one, { code: "project", version: 1 }]),
      ),
      ended: new Set(asked.ended?.filter((one) => this.mightRead.has(one))),
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
