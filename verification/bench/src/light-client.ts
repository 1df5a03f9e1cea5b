import { closeCodes, type DownMessage, type UpMessage } from "@heliograph/protocol";
import { backoffDelay } from "@heliograph/shared/backoff";
import { SyncSocket } from "@heliograph/testkit/socket/sync-socket";

/** Close code that ends the socket but keeps the session, as in the SDK. */
const MOVED = 4410;
const BACKOFF = { baseMs: 500, capMs: 4_000 };

/** Resumes and resets of one client. */
export interface LightClientLog {
  /** `at` and `lostAt`: performance.now() of the resume and of the loss of the previous socket; `fromPort`: its gateway. */
  readonly resumed: { readonly lostAt: number; readonly at: number; readonly fromPort: number }[];
  /** Reason of each RESET. */
  readonly resets: string[];
}

/**
 * A client without store and refetch, so that thousands fit in one process. It subscribes to rows, keeps cursor and connection
 * id, reconnects on GOAWAY, and resumes.
 */
export class LightClient implements Disposable {
  readonly ids: readonly string[];
  readonly log: LightClientLog = { resumed: [], resets: [] };
  readonly #latest = new Map<string, number>();
  readonly #token: string;
  readonly #entityCode: string;
  readonly #choosePort: () => number | null;
  readonly #onNotified: (milliseconds: number) => void;
  #socket: SyncSocket | null = null;
  #port: number | null = null;
  #connectionId: string | null = null;
  #cursor: string | null = null;
  #lostAt = 0;
  #lostPort = 0;
  #attempts = 0;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;
  #ready: () => void = () => undefined;

  constructor(options: {
    ids: readonly string[];
    entityCode: string;
    token: string;
    /** Port of a gateway that accepts sockets; null when there is none. */
    choosePort: () => number | null;
    /** Called for each notification of a newer version, with the milliseconds since the change. */
    onNotified?: (milliseconds: number) => void;
  }) {
    this.ids = options.ids;
    this.#entityCode = options.entityCode;
    this.#token = options.token;
    this.#choosePort = options.choosePort;
    this.#onNotified = options.onNotified ?? (() => undefined);
  }

  /** Highest version notified for each row. */
  get latest(): ReadonlyMap<string, number> {
    return this.#latest;
  }

  /** Port of the gateway it is connected to. */
  get port(): number | null {
    return this.#port;
  }

  /** Connects; resolves when it is subscribed. */
  start(): Promise<void> {
    return new Promise((resolve) => {
      this.#ready = resolve;
      this.#dial();
    });
  }

  /** Stops reading from the network: data stays in the kernel buffers and then at the server. */
  stall(): void {
    this.#socket?.pause();
  }

  /** Reads again after `stall`. */
  unstall(): void {
    this.#socket?.resume();
  }

  [Symbol.dispose](): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#socket?.terminate();
  }

  #dial(): void {
    if (this.#stopped) return;
    this.#port = this.#choosePort();
    if (this.#port === null) {
      this.#dialLater();
      return;
    }
    const socket = new SyncSocket({ url: `ws://127.0.0.1:${this.#port}`, token: this.#token });
    this.#socket = socket;
    socket.onMessage((message) => {
      if (this.#socket === socket) this.#receive(message);
    });
    void socket.closed.then(({ code }) => {
      if (this.#socket !== socket) return;
      this.#recordLoss();
      if (code === closeCodes.restart.code) this.#dial();
      else this.#dialLater();
    });
  }

  /** Backoff with full jitter, as in the SDK. */
  #dialLater(): void {
    this.#timer = setTimeout(() => this.#dial(), backoffDelay(this.#attempts++, Math.random(), BACKOFF));
  }

  /** Records the loss of a socket. When several are lost before one resumes, the first counts. */
  #recordLoss(): void {
    if (this.#lostPort !== 0) return;
    this.#lostAt = performance.now();
    this.#lostPort = this.#port ?? 0;
  }

  #reconnect(): void {
    const socket = this.#socket;
    this.#recordLoss();
    this.#socket = null;
    socket?.close(MOVED);
    this.#dial();
  }

  #receive(message: DownMessage): void {
    switch (message.type) {
      case "WELCOME":
        if (this.#connectionId !== null && this.#cursor !== null) {
          this.#send({ type: "RESUME", payload: { connectionId: this.#connectionId, cursor: this.#cursor } });
          return;
        }
        this.#connectionId = message.payload.connectionId;
        this.#cursor = message.payload.cursor;
        this.#subscribe();
        break;
      case "RESUMED":
        this.#attempts = 0;
        this.log.resumed.push({ lostAt: this.#lostAt, at: performance.now(), fromPort: this.#lostPort });
        this.#lostPort = 0;
        break;
      case "RESET":
        this.log.resets.push(message.payload.reason);
        // Starts over with a new session on a new socket.
        this.#connectionId = null;
        this.#cursor = null;
        this.#reconnect();
        break;
      case "SUBSCRIBED":
        this.#attempts = 0;
        for (const { entityId, version } of message.payload.changed) this.#recordVersion(entityId, version);
        this.#ready();
        break;
      case "INVALIDATE":
        for (const { entityId, version } of message.payload.changes) {
          if (this.#recordVersion(entityId, version))
            this.#onNotified(performance.timeOrigin + performance.now() - version / 1_000);
        }
        break;
      case "BOOKMARK":
        this.#cursor = message.payload.cursor;
        break;
      case "GOAWAY":
        this.#timer = setTimeout(() => this.#reconnect(), message.payload.afterMs);
        break;
      default:
        break;
    }
  }

  #subscribe(): void {
    const versions = this.ids.map((id) => this.#latest.get(id) ?? 0);
    this.#send({ type: "SUBSCRIBE", payload: { entityCode: this.#entityCode, entityIds: [...this.ids], versions } });
  }

  #recordVersion(id: string, version: number): boolean {
    if ((this.#latest.get(id) ?? 0) >= version) return false;
    this.#latest.set(id, version);
    return true;
  }

  #send(message: UpMessage): void {
    this.#socket?.send({ ...message, id: "1" });
  }
}
