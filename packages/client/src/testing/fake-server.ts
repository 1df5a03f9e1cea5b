import type { DownMessage, UpMessage } from "@heliograph/protocol";
import { tenantContainer } from "@heliograph/shared/container";
import type { EntityDoc } from "../api/register.ts";
import type { SocketFactory, SocketHandlers } from "../connection/socket.ts";
import { FakeFeed, type FakeSession, invalidate } from "./fake-feed.ts";

interface ServerSocket {
  readonly handlers: SocketHandlers;
  readonly token: string;
  readonly up: UpMessage[];
  readonly down: DownMessage[];
  /** Messages of the client that the server has read. */
  readonly received: UpMessage[];
  session: FakeSession;
  open: boolean;
  /** The code with which the client closed it. */
  closedWith: number | undefined;
}

export interface FetchCall {
  readonly method: string;
  readonly url: URL;
  readonly body: unknown;
  readonly headers: Headers;
  /** Reads the rows now and delivers the response. */
  readonly answer: () => void;
  /** Reads the rows now. The returned function delivers the response. */
  readonly read: () => () => void;
  readonly fail: (status?: number, code?: string, headers?: Record<string, string>) => void;
}

/**
 * Socket server and API in memory. With `autoAnswer` and `autoFlush` off, the test decides when each message and response
 * is delivered, so it can produce every order of events.
 */
export class FakeServer {
  readonly rows = new Map<string, EntityDoc>();
  readonly containers = new Map<string, readonly string[]>();
  /** Key columns of the types whose key is not `id`. */
  readonly keyColumns = new Map<string, readonly string[]>();
  readonly calls: FetchCall[] = [];
  readonly sockets: ServerSocket[] = [];
  /** Answers API calls as soon as they arrive. */
  autoAnswer = true;
  /** Delivers socket messages as soon as they are sent. */
  autoFlush = true;
  /** Sends a BOOKMARK after each replay. */
  autoBookmark = true;
  /** Answers RESUME. */
  answersResume = true;
  pingIntervalMs = 30_000;
  limits: Extract<DownMessage, { type: "WELCOME" }>["payload"]["limits"] = {
    maxMessageBytes: 65_536,
    maxIdsPerMessage: 1_000,
    maxSubscriptions: 10_000,
  };
  /** Sessions, which outlive their sockets until the client ends them. */
  readonly sessions = new Map<string, FakeSession>();
  /** Writes that took effect, by idempotency key. */
  readonly effects = new Map<string, { readonly request: string; readonly id: string; readonly version: number }>();
  /** Returns the error code with which a write is refused; undefined accepts it. */
  refuses:
    | ((write: {
        method: string;
        entityCode: string;
        id: string;
        body: Record<string, unknown> | undefined;
      }) => string | undefined)
    | undefined;
  /** Called for every write of a client that takes effect. */
  onEffect:
    | ((effect: {
        key: string;
        id: string;
        before: EntityDoc | undefined;
        body: Record<string, unknown> | undefined;
      }) => void)
    | undefined;
  /** Containers of rows that clients create. */
  ownContainers: readonly string[] = ["org"];
  readonly #feed = new FakeFeed();
  #written = { id: "", version: 0 };

  readonly openSocket: SocketFactory = (_url, token, handlers) => {
    const session = { id: `c${this.sockets.length + 1}`, subscriptions: new Set<string>(), revoked: new Map() };
    const socket: ServerSocket = {
      handlers,
      token,
      up: [],
      down: [],
      received: [],
      session,
      open: true,
      closedWith: undefined,
    };
    this.sockets.push(socket);
    queueMicrotask(() => {
      if (!socket.open) return;
      const cursor = String(this.#feed.head);
      const { limits, pingIntervalMs } = this;
      this.#send(socket, { type: "WELCOME", payload: { connectionId: session.id, cursor, limits, pingIntervalMs } });
      handlers.opened();
    });
    return {
      send: (text) => {
        socket.up.push(JSON.parse(text) as UpMessage);
        if (this.autoFlush) this.flushUp(socket);
      },
      close: (code) => {
        if (!socket.open) return;
        socket.open = false;
        socket.closedWith = code;
        if (code === 1000 || code === 1001) this.sessions.delete(socket.session.id);
      },
    };
  };

  readonly fetch: typeof fetch = (input, init) => {
    const url = new URL(String(input), "http://server.test");
    const body: unknown = typeof init?.body === "string" ? JSON.parse(init.body) : undefined;
    const { promise, resolve, reject } = Promise.withResolvers<Response>();
    init?.signal?.addEventListener("abort", () => reject(init.signal?.reason));
    const take = () => {
      this.calls.splice(this.calls.indexOf(call), 1);
    };
    const call: FetchCall = {
      method: init?.method ?? "GET",
      url,
      body,
      headers: new Headers(init?.headers),
      read: () => {
        const response = this.#respond(call);
        return () => {
          take();
          resolve(response);
        };
      },
      answer: () => call.read()(),
      fail: (status, code = "unavailable", headers = {}) => {
        take();
        if (status === undefined) reject(new TypeError("fetch failed"));
        else resolve(Response.json({ error: { code, message: "failed on purpose" } }, { status, headers }));
      },
    };
    this.calls.push(call);
    if (this.autoAnswer) queueMicrotask(() => call.answer());
    return promise;
  };

  get socket(): ServerSocket | undefined {
    return this.sockets.findLast((socket) => socket.open);
  }

  /** Writes a row and signals the change to its subscribers. */
  write(entityCode: string, id: string, columns: Record<string, unknown> = {}, containers?: readonly string[]): number {
    return this.writeAt(this.#feed.next(), entityCode, id, columns, containers);
  }

  /** The same with a given version, which has to be higher than all earlier ones. */
  writeAt(
    version: number,
    entityCode: string,
    id: string,
    columns: Record<string, unknown> = {},
    containers?: readonly string[],
  ): number {
    const key = `${entityCode}:${id}`;
    const before = this.rows.get(key);
    this.rows.set(key, { ...before, ...columns, ...this.#keyOf(entityCode, id, columns), $id: id, $version: version });
    if (containers) this.containers.set(key, containers);
    this.#signal(entityCode, id, before ? "UPDATE" : "CREATE", version);
    return version;
  }

  /** The key column of a row that the test writes; a client sends its own. */
  #keyOf(entityCode: string, id: string, columns: Record<string, unknown>): Record<string, unknown> {
    const [column, ...more] = this.keyColumns.get(entityCode) ?? ["id"];
    return column === undefined || more.length > 0 || Object.hasOwn(columns, column) ? {} : { [column]: id };
  }

  remove(entityCode: string, id: string): void {
    if (!this.rows.delete(`${entityCode}:${id}`)) return;
    this.#signal(entityCode, id, "DELETE", this.#feed.next());
  }

  /** Revokes access to the row, as after a change of rights. */
  revoke(entityCode: string, id: string): void {
    this.rows.delete(`${entityCode}:${id}`);
    const { socket } = this;
    const sessions = new Set([...this.sessions.values(), ...(socket ? [socket.session] : [])]);
    for (const session of sessions) {
      if (!session.subscriptions.delete(`id:${entityCode}:${id}`)) continue;
      session.revoked.set(`id:${entityCode}:${id}`, { entityCode, entityId: id });
      if (socket?.session === session) {
        this.#send(socket, { type: "GONE", payload: { entityCode, entityIds: [id] } });
      }
    }
  }

  /** Sends any message to the client. */
  send(message: DownMessage): void {
    if (this.socket) this.#send(this.socket, message);
  }

  bookmark(): void {
    this.send({ type: "BOOKMARK", payload: { cursor: String(this.#feed.head) } });
  }

  /** Ends the grace period of every session without a socket. */
  forgetLostSessions(): void {
    for (const id of this.sessions.keys()) if (this.socket?.session.id !== id) this.sessions.delete(id);
  }

  /** Changes the log epoch: pending changes are lost, and earlier cursors are invalid. */
  loseHistory(): void {
    this.#feed.cut();
    const { socket } = this;
    if (!socket) return;
    const kept = socket.down.filter(({ type }) => type !== "INVALIDATE" && type !== "BOOKMARK");
    socket.down.splice(0, socket.down.length, ...kept);
    this.#send(socket, { type: "RESET", payload: { reason: "other_history" } });
  }

  /** Breaks the connection. Messages in flight are lost. */
  drop(code = 1006): void {
    const { socket } = this;
    if (!socket) return;
    socket.open = false;
    socket.handlers.closed(code);
  }

  /** Lets the server read the messages that the client has sent. */
  flushUp(socket = this.socket): void {
    for (const message of socket?.up.splice(0) ?? []) if (socket) this.#take(socket, message);
  }

  /**
   * Delivers the oldest messages of the server.
   *
   * @param count number of messages; all when absent
   * @param skip number of INVALIDATE messages that later ones overtake, up to the first message whose order matters
   */
  flushDown(count = Number.POSITIVE_INFINITY, skip = 0, socket = this.socket): void {
    if (!socket) return;
    const free = socket.down.findIndex(({ type }) => type !== "INVALIDATE");
    const from = Math.min(skip, Math.max(0, (free < 0 ? socket.down.length : free) - 1));
    const some = socket.down.splice(from, Math.min(count, socket.down.length));
    for (const message of some) if (socket.open) socket.handlers.received(JSON.stringify(message));
  }

  #send(socket: ServerSocket, message: DownMessage): void {
    socket.down.push(message);
    if (this.autoFlush) queueMicrotask(() => socket.open && this.flushDown(undefined, 0, socket));
  }

  #signal(entityCode: string, entityId: string, action: "CREATE" | "UPDATE" | "DELETE", version: number): void {
    const containers = this.containers.get(`${entityCode}:${entityId}`) ?? [];
    const names = [`id:${entityCode}:${entityId}`, ...containers.map((id) => `in:${entityCode}:${containerOf(id)}`)];
    this.#feed.add({ position: version, entityCode, entityId, action, names });
    for (const socket of this.sockets) {
      if (!socket.open || !names.some((name) => socket.session.subscriptions.has(name))) continue;
      this.#send(socket, invalidate(entityCode, entityId, action, version));
    }
  }

  #resume(socket: ServerSocket, { connectionId, cursor }: { connectionId: string; cursor: string }): void {
    const session = this.sessions.get(connectionId);
    const missed = session && this.#feed.since(cursor, session);
    if (!session || !missed) {
      this.#send(socket, { type: "RESET", payload: { reason: session ? "cursor_too_old" : "session" } });
      return;
    }
    socket.session = session;
    const payload = { count: session.subscriptions.size, cursor: String(this.#feed.head) };
    this.#send(socket, { type: "RESUMED", payload });
    // The GONE messages may have been lost with the old socket.
    for (const { entityCode, entityId } of session.revoked.values())
      this.#send(socket, { type: "GONE", payload: { entityCode, entityIds: [entityId] } });
    for (const message of missed) this.#send(socket, message);
    if (this.autoBookmark) this.#send(socket, { type: "BOOKMARK", payload: { cursor: payload.cursor } });
  }

  #unsubscribe(socket: ServerSocket, message: Extract<UpMessage, { type: "UNSUBSCRIBE" }>): void {
    const { subscriptions } = socket.session;
    const { entityCode, entityIds = [], within = [] } = message.payload;
    const before = subscriptions.size;
    for (const id of entityIds) {
      subscriptions.delete(`id:${entityCode}:${id}`);
      socket.session.revoked.delete(`id:${entityCode}:${id}`);
    }
    for (const id of within) subscriptions.delete(`in:${entityCode}:${containerOf(id)}`);
    const payload = { entityCode, count: before - subscriptions.size };
    this.#send(socket, { type: "UNSUBSCRIBED", ...(message.id === undefined ? {} : { id: message.id }), payload });
  }

  #take(socket: ServerSocket, message: UpMessage): void {
    socket.received.push(message);
    if (message.type === "PING") this.#send(socket, { type: "PONG" });
    if (message.type === "RESUME" && this.answersResume) this.#resume(socket, message.payload);
    if (message.type === "UNSUBSCRIBE") this.#unsubscribe(socket, message);
    if (message.type === "AUTH") {
      const payload = { expiresAt: "2100-01-01T00:00:00Z" };
      this.#send(socket, { type: "REAUTH", ...(message.id === undefined ? {} : { id: message.id }), payload });
    }
    if (message.type !== "SUBSCRIBE") return;
    const { entityCode, entityIds = [], versions = [], within = [] } = message.payload;
    const { covered = [], coveredVersions = [] } = message.payload;
    const { session } = socket;
    this.sessions.set(session.id, session);
    const changed: { entityId: string; version: number }[] = [];
    const gone: string[] = [];
    entityIds.forEach((id, index) => {
      const row = this.rows.get(`${entityCode}:${id}`);
      if (!row) {
        gone.push(id);
        session.subscriptions.delete(`id:${entityCode}:${id}`);
      }
      if (row) session.subscriptions.add(`id:${entityCode}:${id}`);
      session.revoked.delete(`id:${entityCode}:${id}`);
      if (row && row.$version !== versions[index]) changed.push({ entityId: id, version: row.$version });
    });
    covered.forEach((id, index) => {
      const row = this.rows.get(`${entityCode}:${id}`);
      if (!row) gone.push(id);
      else if (row.$version !== coveredVersions[index]) changed.push({ entityId: id, version: row.$version });
    });
    for (const id of within) session.subscriptions.add(`in:${entityCode}:${containerOf(id)}`);
    const count = entityIds.length - gone.length + within.length;
    const answer: DownMessage = { type: "SUBSCRIBED", payload: { entityCode, count, changed, gone } };
    this.#send(socket, message.id === undefined ? answer : { ...answer, id: message.id });
  }

  #respond(call: FetchCall): Response {
    const { method, url } = call;
    const [entityCode = "", id] = url.pathname.replace("/api/v1/", "").split("/").map(decodeURIComponent);
    if (method === "GET" && id === undefined) return this.#list(entityCode, url.searchParams);
    if (method === "GET") return this.#one(this.rows.get(`${entityCode}:${id}`));
    const key = call.headers.get("idempotency-key") ?? "";
    const effect = this.effects.get(key);
    const request = JSON.stringify([method, entityCode, id, call.body]);
    if (effect && effect.request !== request) return refusal(422, "idempotency_mismatch");
    if (effect) {
      const { id: entityId, version } = effect;
      const doc = this.rows.get(`${entityCode}:${entityId}`);
      return Response.json(method !== "DELETE" && doc ? doc : { $id: entityId, $version: version, gone: true });
    }
    const before = this.rows.get(`${entityCode}:${id}`);
    const response = this.#write(entityCode, id, call);
    if (response.ok) {
      this.onEffect?.({ key, id: this.#written.id, before, body: call.body as Record<string, unknown> | undefined });
      const { id: entityId, version } = this.#written;
      this.effects.set(key, { request, id: entityId, version });
    }
    return response;
  }

  #write(entityCode: string, id: string | undefined, { method, body, headers }: FetchCall): Response {
    const columns = body as Record<string, unknown>;
    const key = (this.keyColumns.get(entityCode) ?? ["id"]).map((column) => String(columns?.[column]));
    const target = id ?? (key.length === 1 ? (key[0] ?? "") : JSON.stringify(key));
    const held = this.rows.get(`${entityCode}:${target}`);
    const refused = this.refuses?.({ method, entityCode, id: target, body: columns });
    if (refused) return refusal(422, refused);
    if (method === "POST" && held) return refusal(409, "already_exists", { current: held });
    if (method !== "POST" && !held) return refusal(404, "not_found");
    const ifMatch = headers.get("if-match")?.replaceAll('"', "");
    if (held && ifMatch && ifMatch !== String(held.$version))
      return refusal(409, "version_conflict", { current: held });
    if (method === "DELETE") {
      this.remove(entityCode, target);
      this.#written = { id: target, version: this.#feed.head };
      return Response.json({ $id: target, $version: this.#feed.head });
    }
    const version = this.write(
      entityCode,
      target,
      columns,
      this.containers.get(`${entityCode}:${target}`) ?? this.ownContainers,
    );
    this.#written = { id: target, version };
    return this.#one(this.rows.get(`${entityCode}:${target}`));
  }

  #one(doc: EntityDoc | undefined): Response {
    return doc ? Response.json(doc) : refusal(404, "not_found");
  }

  #list(entityCode: string, params: URLSearchParams): Response {
    const ids = params.get("ids")?.split(",").map(decodeURIComponent);
    if (ids) {
      const items = ids.flatMap((id) => this.rows.get(`${entityCode}:${id}`) ?? []);
      return Response.json({ items, gone: ids.filter((id) => !this.rows.has(`${entityCode}:${id}`)) });
    }
    const all = [...this.rows].filter(([key]) => key.startsWith(`${entityCode}:`)).map(([, doc]) => doc);
    const sorted = all.sort((a, b) => String(a["name"]).localeCompare(String(b["name"])));
    const from = Number(params.get("cursor") ?? 0);
    const to = from + Number(params.get("limit") ?? 50);
    return Response.json({ items: sorted.slice(from, to), nextCursor: to < sorted.length ? String(to) : null });
  }
}

/** The name of a container; a bare id is that of a tenant, as for types without containers of their own. */
const containerOf = (id: string): string => (id.includes("/") ? id : tenantContainer(id));

function refusal(status: number, code: string, more: object = {}): Response {
  return Response.json({ error: { code, message: `Refused: ${code}.`, remedy: "r" }, ...more }, { status });
}
