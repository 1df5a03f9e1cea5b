import type { DownMessage } from "@heliograph/protocol";
import { type FeedMessage, type Identity, type LogChange, TokenError } from "@heliograph/server-kit";
import { FakeClock } from "@heliograph/shared/testing/fake-clock";
import { settle } from "@heliograph/shared/testing/settle";
import type { Connection } from "../connection/connection.ts";
import type { Subscription } from "../connection/connection-subscriptions.ts";
import { defaultLimits, type Limits } from "../connection/limits.ts";
import type { Session } from "../connection/session.ts";
import type { FeedHead } from "../feed/feed.ts";
import type { FeedPosition } from "../feed/feed-position.ts";
import type { ReadableRows, RightsQuery, RightsSubject } from "../rights/rights-reader.ts";
import type { Takeover, TakeoverRequest } from "../sessions/session-store.ts";
import type { SubscriptionRow } from "../subscriptions/subscription-row-writer.ts";
import { createSyncCore, type SyncCore } from "../sync-core.ts";
import { silentObserver } from "../sync-observer.ts";
import { FakeSocket } from "./fake-socket.ts";

/** A client on a fake socket. */
export interface FakeClient {
  readonly socket: FakeSocket;
  readonly connection: Connection;
  send(message: object | string): void;
  /** Sends the message and returns what the socket received once everything has settled. */
  request(message: object | string): Promise<DownMessage[]>;
  /** The socket closes with this code; 1006: it was lost. */
  disconnect(code?: number): void;
}

/** A read of rights that waits for the test to answer it. */
export interface HeldRead {
  readonly subject: RightsSubject;
  readonly entityCode: string;
  readonly ids: readonly string[];
  answer(readable?: ReadableRows): void;
  fail(): void;
}

const gatewayId = "00000000-0000-4000-8000-00000000000f";
/** Cursors with a readable position. */
const sealed = ({ epoch, seq }: FeedPosition): string => `${epoch}@${seq}`;
function opened(text: string): FeedPosition | undefined {
  const [, epoch = "", seq] = /^(\w+)@(\d+)$/.exec(text) ?? [];
  return seq === undefined ? undefined : { epoch, seq: Number(seq) };
}

export const north = "00000000-0000-4000-8000-0000000000aa";
let counter = 0;
/** A new id. */
export const id = (): string => `00000000-0000-4000-8000-${(++counter).toString(16).padStart(12, "0")}`;

/** An update of a row that every member may read, unless stated otherwise. */
export const logChange = (of: Partial<LogChange> & { entityId: string }): LogChange => ({
  entityCode: "task",
  action: 2,
  version: 1,
  containerIds: [],
  restricted: false,
  recheck: false,
  changedAt: Date.UTC(2026, 0, 1),
  ...of,
});

/** The sync core on a database in memory and fake sockets. */
export class TestSyncCore {
  readonly clock = new FakeClock();
  /** Rows of app.rxdb_subscription. */
  readonly rows = new Map<string, SubscriptionRow>();
  /** Rows of app.rxdb_session. */
  readonly sessions = new Map<string, Session>();
  /** Codes of tables with policies of their own. */
  readonly ownPolicies = new Set<string>();
  /** Private rows that are deleted and that the user could read. */
  readonly readableDeleted = new Set<string>();
  /** Versions of readable rows. */
  readonly readable = new Map<string, number>();
  readonly readableContainers = new Set<string>();
  /** Tokens that AUTH may bring. */
  readonly tokens = new Map<string, Identity>();
  /** False: the database does not answer the regular read of the head. */
  headAnswers = true;
  behindSince: number | null = null;
  /** A connection is taken over only after this. */
  beforeTakeover: Promise<void> = Promise.resolve();
  /** Missed changes are read only after this. */
  beforeReplay: Promise<void> = Promise.resolve();
  /** Missed changes that were read arrive only after this. */
  afterReplay: Promise<void> = Promise.resolve();
  /** Reads that wait for the test to answer them; undefined: reads are answered immediately. */
  heldReads: HeldRead[] | undefined;
  failRows = false;
  sessionLost = false;

  readonly errors: unknown[] = [];
  readonly ended: Session[] = [];
  readonly suspended: Session[] = [];
  readonly resumes: string[] = [];
  restored = 0;
  reads = 0;

  readonly core: SyncCore;
  readonly #stop = new AbortController();

  constructor(limits: Partial<Limits> = {}) {
    this.core = createSyncCore({
      log: {
        readHead: async () => this.#readHead(),
        readLog: async () => {
          throw new Error("this test core has no log");
        },
        recentAfter: async (head) => head,
      },
      sessions: {
        put: async (session, rows) => {
          this.#failIfAway();
          if (this.sessionLost) return false;
          session.attempted = true;
          session.created = true;
          this.sessions.set(session.connectionId, session);
          for (const row of rows) this.rows.set(rowKey(session, row), row);
          return true;
        },
        remove: async (session, subscriptions) => {
          this.#failIfAway();
          for (const one of subscriptions) this.rows.delete(rowKey(session, one));
          return !this.sessionLost;
        },
        end: async (session) => {
          this.ended.push(session);
          if (this.sessions.get(session.connectionId)?.generation !== session.generation) return;
          this.sessions.delete(session.connectionId);
          for (const key of this.rows.keys()) if (key.startsWith(session.connectionId)) this.rows.delete(key);
        },
        suspend: async (session) => void this.suspended.push(session),
        takeOver: (request) => this.#takeOver(request),
        lost: async () => [],
      },
      rights: { read: (subject, entityCode, query) => this.#read(subject, entityCode, query) },
      entityTypes: {
        exists: async (entityCode) => entityCode !== "nonsense",
        // Ids of any text; the names of containers are not checked.
        canonicalId: (_code, entityId) => entityId,
        canonicalContainer: (_code, container) => ({ container }),
        hasOwnPolicy: (entityCode) => this.ownPolicies.has(entityCode),
      },
      verifyToken: (token) => {
        const identity = this.tokens.get(token);
        if (!identity) throw new TokenError("invalid");
        return identity;
      },
      cursors: { seal: sealed, open: opened },
      gatewayId: () => gatewayId,
      limits: { ...defaultLimits, ...limits },
      ring: { maxItems: 1000, maxAgeMs: 60_000 },
      bus: true,
      pollIntervalMs: 250,
      clock: this.clock,
      random: () => 0.5,
      signal: this.#stop.signal,
      observer: {
        ...silentObserver,
        failed: (_operation, error) => void this.errors.push(error),
        resumeEnded: (result) => void this.resumes.push(result),
        refusedRestored: () => {
          this.restored += 1;
        },
      },
    });
    this.setPosition({ epoch: "one", seq: 100 });
    this.#holdReplays();
    this.#checkHeadRegularly();
  }

  get index(): SyncCore["index"] {
    return this.core.index;
  }

  get refusedIndex(): SyncCore["refusedIndex"] {
    return this.core.refusedIndex;
  }

  get connections(): SyncCore["connections"] {
    return this.core.connections;
  }

  get position(): FeedPosition {
    return this.core.feed.position ?? { epoch: "", seq: 0 };
  }

  /** The position at this moment, sealed. */
  get cursor(): string {
    return sealed(this.position);
  }

  /** Puts the feed at another position, as if the gateway had started there. */
  setPosition(position: FeedPosition): void {
    this.core.feed.startAt({ ...position, minSeq: 0, behindSince: this.behindSince });
    this.core.ring.restart(position);
  }

  /** Opens a new socket, of a person of its own unless stated otherwise. */
  connect({ personId = id(), expiresIn = 3600 }: { personId?: string; expiresIn?: number } = {}): FakeClient {
    const socket = new FakeSocket();
    const expiresAt = this.clock.wallNow() / 1000 + expiresIn;
    const connection = this.connections.open({ personId, organizationId: north, expiresAt }, socket);
    const send = (message: object | string): void =>
      connection.receive(typeof message === "string" ? message : JSON.stringify(message));
    return {
      socket,
      connection,
      send,
      request: async (message) => {
        socket.take();
        send(message);
        await settle();
        return socket.take();
      },
      disconnect: (code = 1006) => this.connections.closed(connection, code),
    };
  }

  /** Opens a socket and subscribes it to these. */
  async subscribed(of: { ids?: string[]; within?: string[]; personId?: string }): Promise<FakeClient> {
    const client = this.connect(of);
    await client.request({
      type: "SUBSCRIBE",
      payload: { entityCode: "task", entityIds: of.ids ?? [], within: of.within ?? [] },
    });
    return client;
  }

  /** A hint with the next changes arrives. */
  async apply(...changes: LogChange[]): Promise<void> {
    const { epoch, seq: prev } = this.position;
    const hint: FeedMessage = { type: "hint", epoch, prev, seq: prev + changes.length, changes };
    this.core.feed.onMessage(hint);
    await settle();
  }

  /** Opens a new socket that resumes the connection of another one. */
  async resume(
    { connectionId, cursor }: { connectionId: string; cursor: string },
    of: { personId?: string } = {},
  ): Promise<FakeClient & { readonly answers: DownMessage[] }> {
    const client = this.connect(of);
    const answers = await client.request({ type: "RESUME", id: "r", payload: { connectionId, cursor } });
    return { ...client, answers };
  }

  /** Rows of live subscriptions, without those of refused ones. */
  get liveRows(): SubscriptionRow[] {
    return [...this.rows.values()].filter((row) => !row.refused);
  }

  #readHead(): FeedHead {
    return { ...this.position, minSeq: 0, behindSince: this.behindSince };
  }

  /** In place of the feed's own loop, which would also read the log. */
  #checkHeadRegularly(): void {
    if (this.headAnswers) this.core.delay.headRead(this.behindSince);
    this.clock.setTimer(() => this.#checkHeadRegularly(), 5000);
  }

  /** Lets tests decide when missed changes are read, between the registration and the delivery. */
  #holdReplays(): void {
    const { replays } = this.core;
    const read = replays.read.bind(replays);
    replays.read = async (target, epoch) => {
      await this.beforeReplay;
      const missed = await read(target, epoch);
      await this.afterReplay;
      return missed;
    };
  }

  async #takeOver({ connectionId, userId, organizationId, gatewayId }: TakeoverRequest): Promise<Takeover | "unknown"> {
    await this.beforeTakeover;
    this.#failIfAway();
    const before = this.sessions.get(connectionId);
    if (before?.userId !== userId || before.organizationId !== organizationId) return "unknown";
    const session = { ...before, gatewayId, generation: before.generation + 1 };
    this.sessions.set(connectionId, session);
    const rows = [...this.rows].flatMap(([key, one]) => (key.startsWith(connectionId) ? [one] : []));
    return {
      session,
      subscriptions: rows.filter(({ refused }) => !refused),
      refused: rows.filter(({ refused }) => refused),
    };
  }

  #failIfAway(): void {
    if (this.failRows) throw new Error("the database is away");
  }

  #read(subject: RightsSubject, entityCode: string, query: RightsQuery): Promise<ReadableRows> {
    this.reads += 1;
    const now = (): ReadableRows => ({
      versions: new Map(query.ids.flatMap((one) => [[one, this.readable.get(one)] as const]).filter(isReadable)),
      containers: new Map(
        query.within
          .filter((one) => this.readableContainers.has(one))
          .map((one) => [one, { entityCode: "project", entityId: one.replace(/^project\//, ""), version: 1 }]),
      ),
      deleted: new Set(query.deleted?.filter((one) => this.readableDeleted.has(one))),
    });
    if (!this.heldReads) return Promise.resolve(now());
    return new Promise((resolve, reject) => {
      this.heldReads?.push({
        subject,
        entityCode,
        ids: query.ids,
        answer: (readable) => resolve(readable ?? now()),
        fail: () => reject(new Error("the database is away")),
      });
    });
  }
}

const isReadable = (entry: readonly [string, number | undefined]): entry is [string, number] => entry[1] !== undefined;
const rowKey = (session: Session, { kind, entityCode, entityId }: Subscription): string =>
  `${session.connectionId} ${kind} ${entityCode} ${entityId}`;
