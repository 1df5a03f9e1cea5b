import type { DownMessage, UpMessage } from "@heliograph/protocol";
import { waitLimitMs } from "../wait/wait-limit.ts";
import { messageText } from "./message-text.ts";
import { ReceivedVersions } from "./received-versions.ts";
import { type SocketEnd, SyncSocket, type SyncSocketOptions } from "./sync-socket.ts";

type Named<Type extends DownMessage["type"]> = Extract<DownMessage, { type: Type }>;
type Body<Type extends UpMessage["type"]> = Omit<Extract<UpMessage, { type: Type }>, "id">;
type Subscription = Omit<Body<"SUBSCRIBE">["payload"], "entityCode" | "entityIds">;

/** What RESUME needs. */
export type ResumePoint = { readonly connectionId: string; readonly cursor: string };

export interface TestSocketOptions extends SyncSocketOptions {
  /** User and gateway, for failure messages. */
  readonly name?: string;
}

/** Received messages named in a failure: enough to see what happened instead. */
const namedMessages = 20;

/** A real socket to a real gateway that remembers everything it was sent. */
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
   * @throws {RefusedUpgrade} when the server answers the upgrade with an ordinary response
   */
  static async open({ name, ...options }: TestSocketOptions): Promise<TestSocket> {
    const socket = new SyncSocket({ handshakeTimeoutMs: waitLimitMs, ...options });
    // Before the handshake ends: WELCOME may come with it.
    const opened = new TestSocket(socket, name ?? options.url);
    await socket.opened;
    return opened;
  }

  /** As `open`, and waits for WELCOME. */
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

  /** Where another socket can go on: the connection that this one goes by, and the newest cursor it was given. */
  get resumePoint(): ResumePoint {
    const cursors = (this.received as readonly { payload?: Partial<ResumePoint> }[]).flatMap(
      ({ payload }) => payload?.cursor ?? [],
    );
    return { connectionId: this.connectionId, cursor: cursors.at(-1) ?? "" };
  }

  /** Asks to resume a lost connection and does not wait for the answer. */
  startResume(point: ResumePoint): void {
    this.#resumedId = point.connectionId;
    this.send({ type: "RESUME", payload: point });
  }

  /** Resumes a lost connection. @throws when it is not resumed */
  async resume(point: ResumePoint): Promise<Named<"RESUMED">["payload"]> {
    this.#resumedId = point.connectionId;
    const answer = await this.request({ type: "RESUME", payload: point });
    if (answer.type !== "RESUMED") throw new Error(`${this.name}: RESUME was answered ${messageText(answer)}`);
    return answer.payload;
  }

  /** Breaks the connection without a close frame. @returns what another socket needs to resume it */
  async lose(): Promise<ResumePoint> {
    this.destroy();
    await this.closed;
    return this.resumePoint;
  }

  /** Changes of one row that INVALIDATE messages brought, oldest first. */
  changesOf(entityId: string): { readonly action: string; readonly version: number }[] {
    return this.received.flatMap((message) =>
      message.type === "INVALIDATE" ? message.payload.changes.filter((change) => change.entityId === entityId) : [],
    );
  }

  /** The link breaks: no goodbye, so that the connection can be resumed. */
  destroy(): void {
    this.#socket.terminate();
  }

  send(message: UpMessage): void {
    this.#socket.send(message);
  }

  /** A frame as it is: for what no client should send. */
  sendRaw(frame: string | Buffer): void {
    this.#socket.sendRaw(frame);
  }

  /**
   * Resolves with what `find` finds among all that was received, looking again after every message.
   * @throws after `withinMs`, or when the socket ends first, naming what was received instead
   */
  async until<Found>(what: string, find: () => Found | undefined | false, withinMs = waitLimitMs): Promise<Found> {
    return new Promise((resolve, reject) => {
      const finish = (): void => {
        clearTimeout(timer);
        this.#watchers.delete(look);
      };
      const fail = (why: string): void => {
        finish();
        reject(new Error(`${this.name}: no ${what} ${why}. Received: ${this.#story()}`));
      };
      const look = (): void => {
        const found = find();
        if (found !== undefined && found !== false) {
          finish();
          resolve(found);
        } else if (this.#end) fail(`before the socket closed (${this.#end.code} ${this.#end.reason})`);
      };
      const timer = setTimeout(() => fail(`within ${withinMs} ms`), withinMs);
      this.#watchers.add(look);
      look();
    });
  }

  /** The first message of a type that fits, received already or yet to come, also one that was returned before. */
  async first<Type extends DownMessage["type"]>(
    type: Type,
    fits: (message: Named<Type>) => boolean = () => true,
  ): Promise<Named<Type>> {
    const isWanted = (message: DownMessage): message is Named<Type> =>
      message.type === type && fits(message as Named<Type>);
    return this.until(type, () => this.received.find(isWanted));
  }

  /** The first message of a type that fits and that no earlier call has returned, received already or yet to come. */
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

  /** Sends a message with an id of its own and waits for the answer that echoes it. */
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

  /** Waits until at least this version of a row was told. */
  async untilVersion(entityCode: string, entityId: string, version: number, withinMs = waitLimitMs): Promise<void> {
    const what = `version ${version} of ${entityCode}/${entityId}`;
    await this.until(what, () => this.versions.version(entityCode, entityId) >= version, withinMs);
  }

  /** Waits until at least these versions were told, all of one type. */
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

  /** The last version of each row that this socket knows and may still read, by "code/id". */
  holds(): Map<string, number> {
    return this.versions.current();
  }

  /** PING, and waits for the PONG: the socket still works, and everything sent before was handled. */
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

  #story(): string {
    const all = this.received.map(messageText);
    const last = all.slice(-namedMessages);
    return `${all.length > last.length ? `${all.length - last.length} earlier, ` : ""}${last.join("; ") || "nothing"}`;
  }
}
