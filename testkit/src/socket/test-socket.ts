import type { DownMessage, UpMessage } from "@heliograph/protocol";
import { waitLimitMs } from "../wait/wait-limit.ts";
import { messageText } from "./message-text.ts";
import { ReceivedVersions } from "./received-versions.ts";
import { type SocketEnd, SyncSocket, type SyncSocketOptions } from "./sync-socket.ts";

type Named<Type extends DownMessage["type"]> = Extract<DownMessage, { type: Type }>;
type Body<Type extends UpMessage["type"]> = Omit<Extract<UpMessage, { type: Type }>, "id">;
type Subscription = Omit<Body<"SUBSCRIBE">["payload"], "entityCode" | "entityIds">;

/** Payload of RESUME. */
export type ResumePoint = { readonly connectionId: string; readonly cursor: string };

export interface TestSocketOptions extends SyncSocketOptions {
  /** User and gateway, for failure messages. */
  readonly name?: string;
}

/** How many received messages a failure message contains. */
const namedMessages = 20;

/** A socket to a gateway that stores every message it receives. */
export class TestSocket implements AsyncDisposable {
  readonly name: string;
  readonly received: DownMessage[] = [];
  readonly versions = new ReceivedVersions();
  readonly closed: Promise<SocketEnd>;
  readonly #socket: SyncSocket;
  readonly #taken = new Set<DownMessage>();
  readonly #watchers = new Set<() => void>();
  #end: SocketEnd | undefined;
  #requests = 0;
  #resumedId: string | undefined;

  private constructor(socket: SyncSocket, name: string) {
    this.name = name;
    this.#socket = socket;
    socket.onMessage((message) => {
      this.received.push(message);
      this.versions.add(message);
      for (const watcher of this.#watchers) watcher();
    });
    this.closed = socket.closed;
    void this.closed.then((end) => {
      this.#end = end;
      for (const watcher of this.#watchers) watcher();
    });
  }

  /**
   * Connects.
   * @throws {RefusedUpgrade} when the server answers the upgrade with a normal HTTP response
   */
  static async open({ name, ...options }: TestSocketOptions): Promise<TestSocket> {
    const socket = new SyncSocket({ handshakeTimeoutMs: waitLimitMs, ...options });
    // Listen before the handshake ends, because WELCOME may arrive together with it.
    const opened = new TestSocket(socket, name ?? options.url);
    await socket.opened;
    return opened;
  }

  /** Connects like `open` and waits for WELCOME. */
  static async connect(options: TestSocketOptions): Promise<TestSocket> {
    const connected = await TestSocket.open(options);
    await connected.next("WELCOME");
    return connected;
  }

  /** The subprotocol that the server chose. */
  get subprotocol(): string {
    return this.#socket.subprotocol;
  }

  get isOpen(): boolean {
    return this.#end === undefined;
  }

  /** Extensions that the server agreed to. */
  get extensions(): string {
    return this.#socket.extensions;
  }

  /** The close code, once the socket has ended. */
  get closeCode(): Promise<number> {
    return this.closed.then(({ code }) => code);
  }

  /** Id of this connection in the tables of sessions and subscriptions: after RESUMED that of the connection resumed. */
  get connectionId(): string {
    if (this.#resumedId !== undefined && this.received.some(({ type }) => type === "RESUMED")) return this.#resumedId;
    const welcome = this.received.find((message) => message.type === "WELCOME");
    return welcome?.type === "WELCOME" ? welcome.payload.connectionId : "";
  }

  /** Connection id and newest cursor, with which another socket can resume. */
  get resumePoint(): ResumePoint {
    const cursors = (this.received as readonly { payload?: Partial<ResumePoint> }[]).flatMap(
      ({ payload }) => payload?.cursor ?? [],
    );
    return { connectionId: this.connectionId, cursor: cursors.at(-1) ?? "" };
  }

  /** Sends RESUME for a lost connection without waiting for the answer. */
  startResume(point: ResumePoint): void {
    this.#resumedId = point.connectionId;
    this.send({ type: "RESUME", payload: point });
  }

  /** Resumes a lost connection. @throws when the server answers otherwise than RESUMED */
  async resume(point: ResumePoint): Promise<Named<"RESUMED">["payload"]> {
    this.#resumedId = point.connectionId;
    const answer = await this.request({ type: "RESUME", payload: point });
    if (answer.type !== "RESUMED") throw new Error(`${this.name}: RESUME was answered ${messageText(answer)}`);
    return answer.payload;
  }

  /** Breaks the connection without a close frame. @returns the point from which another socket can resume */
  async lose(): Promise<ResumePoint> {
    this.destroy();
    await this.closed;
    return this.resumePoint;
  }

  /** Changes of one row received in INVALIDATE messages, oldest first. */
  changesOf(entityId: string): { readonly action: string; readonly version: number }[] {
    return this.received.flatMap((message) =>
      message.type === "INVALIDATE" ? message.payload.changes.filter((change) => change.entityId === entityId) : [],
    );
  }

  /** Breaks the connection without a close frame, so that it can be resumed. */
  destroy(): void {
    this.#socket.terminate();
  }

  send(message: UpMessage): void {
    this.#socket.send(message);
  }

  /** Sends a raw frame, for messages that no client should send. */
  sendRaw(frame: string | Buffer): void {
    this.#socket.sendRaw(frame);
  }

  /**
   * Calls `find` now and after every message, and resolves with its first result that is not undefined or false.
   * @throws after `withinMs`, or when the socket closes first, with the messages that were received instead
   */
  async until<Found>(what: string, find: () => Found | undefined | false, withinMs = waitLimitMs): Promise<Found> {
    return new Promise((resolve, reject) => {
      const finish = (): void => {
        clearTimeout(timer);
        this.#watchers.delete(check);
      };
      const fail = (why: string): void => {
        finish();
        reject(new Error(`${this.name}: no ${what} ${why}. Received: ${this.#receivedText()}`));
      };
      const check = (): void => {
        const found = find();
        if (found !== undefined && found !== false) {
          finish();
          resolve(found);
        } else if (this.#end) fail(`before the socket closed (${this.#end.code} ${this.#end.reason})`);
      };
      const timer = setTimeout(() => fail(`within ${withinMs} ms`), withinMs);
      this.#watchers.add(check);
      check();
    });
  }

  /** The first message of a type that fits, even if an earlier call returned it. Waits for it if necessary. */
  async first<Type extends DownMessage["type"]>(
    type: Type,
    fits: (message: Named<Type>) => boolean = () => true,
  ): Promise<Named<Type>> {
    const isWanted = (message: DownMessage): message is Named<Type> =>
      message.type === type && fits(message as Named<Type>);
    return this.until(type, () => this.received.find(isWanted));
  }

  /** The first message of a type that fits and that no earlier call has returned. Waits for it if necessary. */
  async next<Type extends DownMessage["type"]>(
    type: Type,
    fits: (message: Named<Type>) => boolean = () => true,
    withinMs = waitLimitMs,
  ): Promise<Named<Type>> {
    const isWanted = (message: DownMessage): message is Named<Type> =>
      message.type === type && !this.#taken.has(message) && fits(message as Named<Type>);
    const found = await this.until(type, () => this.received.find(isWanted), withinMs);
    this.#taken.add(found);
    return found;
  }

  /** Sends a message with a new id and waits for the answer with the same id. */
  async request(message: Body<UpMessage["type"]>): Promise<DownMessage> {
    const id = `request-${++this.#requests}`;
    this.send({ ...message, id } as UpMessage);
    return this.until(`answer to ${message.type}`, () => this.received.find((answer) => answer.id === id));
  }

  /** Subscribes and waits for SUBSCRIBED. */
  async subscribe(
    entityCode: string,
    entityIds: readonly string[] = [],
    more: Subscription = {},
  ): Promise<Named<"SUBSCRIBED">["payload"]> {
    const ids = entityIds.length > 0 ? { entityIds: [...entityIds] } : {};
    const answer = await this.request({ type: "SUBSCRIBE", payload: { entityCode, ...ids, ...more } });
    if (answer.type !== "SUBSCRIBED") throw new Error(`${this.name}: SUBSCRIBE was answered ${JSON.stringify(answer)}`);
    return answer.payload;
  }

  /** Waits until at least this version of a row was received. */
  async untilVersion(entityCode: string, entityId: string, version: number, withinMs = waitLimitMs): Promise<void> {
    const what = `version ${version} of ${entityCode}/${entityId}`;
    await this.until(what, () => this.versions.version(entityCode, entityId) >= version, withinMs);
  }

  /** Waits until at least these versions of rows of one entity type were received. */
  async untilAll(entityCode: string, versions: ReadonlyMap<string, number>, withinMs = waitLimitMs): Promise<void> {
    const isMissing = ([id, version]: [string, number]): boolean => this.versions.version(entityCode, id) < version;
    try {
      await this.until(`${versions.size} versions`, () => ![...versions].some(isMissing), withinMs);
    } catch (error) {
      const missing = [...versions].filter(isMissing).map(([id, version]) => `${id} ${version}`);
      const named = missing.slice(0, namedMessages).join(", ");
      throw new Error(`${this.name} misses ${missing.length} of ${versions.size} ${entityCode}: ${named}`, {
        cause: error,
      });
    }
  }

  /** Last version by "entityCode/id", for rows that are neither deleted nor gone. */
  holds(): Map<string, number> {
    return this.versions.current();
  }

  /** Sends PING and waits for PONG: the socket works and everything sent before has been handled. */
  async ping(): Promise<void> {
    const answer = await this.request({ type: "PING" });
    if (answer.type !== "PONG") throw new Error(`${this.name}: PING was answered ${messageText(answer)}`);
  }

  async close(code = 1000): Promise<SocketEnd> {
    this.#socket.close(code);
    return this.closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.terminate();
    await this.closed;
  }

  #receivedText(): string {
    const all = this.received.map(messageText);
    const last = all.slice(-namedMessages);
    return `${all.length > last.length ? `${all.length - last.length} earlier, ` : ""}${last.join("; ") || "nothing"}`;
  }
}
