import { closeCodes, type DownMessage, type UpMessage } from "@heliograph/protocol";
import { backoffDelay } from "@heliograph/shared/backoff";
import { SyncSocket } from "@heliograph/testkit/socket/sync-socket";

/** Leaves the socket but not the session; see the SDK. */
const MOVED = 4410;
const BACKOFF = { baseMs: 500, capMs: 4_000 };

/** What happened to one connection after the other. */
export interface LightClientLog {
  /** performance.now() at which each connection was resumed, with when its socket was lost or left, and where that was. */
  readonly resumed: { readonly lostAt: number; readonly at: number; readonly fromPort: number }[];
  /** Reasons. */
  readonly resets: string[];
}

/**
 * A client without store and refetch, for thousands in one process: it holds rows, keeps cursor and connection id, goes
 * where GOAWAY sends it, and resumes.
 */
export class LightClient implements Disposable {
  readonly ids: readonly string[];
  readonly log: LightClientLog = { resumed: [], resets: [] };
  readonly #latest = new Map<string, number>();
  readonly #token: string;
  readonly #entityCode: string;
  readonly #choosePort: () => number | null;
  readonly #onSignal: (milliseconds: number) => void;
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
    /** A gateway that takes sockets; null when there is none. */
    choosePort: () => number | null;
    /** Since the change, for each signal that brings news. */
    onSignal?: (milliseconds: number) => void;
  }) {
    this.ids = options.ids;
    this.#entityCode = options.entityCode;
    this.#token = options.token;
    this.#choosePort = options.choosePort;
    this.#onSignal = options.onSignal ?? (() => undefined);
  }

  /** Highest version told of each row. */
  get latest(): ReadonlyMap<string, number> {
    return this.#latest;
  }

  /** Port of the gateway that it is at. */
  get port(): number | null {
    return this.#port;
  }

  /** Connects; resolves when it holds its rows. */
  start(): Promise<void> {
    return new Promise((resolve) => {
      this.#ready = resolve;
      this.#dial();
    });
  }

  /** Stops and goes on reading from the network: what arrives stays in the kernel, and then at the server. */
  stall(): void {
    this.#socket?.pause();
  }

  goOn(): void {
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
      this.#again();
      return;
    }
    const socket = new SyncSocket({ url: `ws://127.0.0.1:${this.#port}`, token: this.#token });
    this.#socket = socket;
    socket.onMessage((message) => {
      if (this.#socket === socket) this.#receive(message);
    });
    void socket.closed.then(({ code }) => {
      if (this.#socket !== socket) return;
      this.#lose();
      if (code === closeCodes.restart.code) this.#dial();
      else this.#again();
    });
  }

  /** Full jitter, as the SDK. */
  #again(): void {
    this.#timer = setTimeout(() => this.#dial(), backoffDelay(this.#attempts++, Math.random(), BACKOFF));
  }

  /** Several sockets may be lost before one resumes: the first loss counts. */
  #lose(): void {
    if (this.#lostPort !== 0) return;
    this.#lostAt = performance.now();
    this.#lostPort = this.#port ?? 0;
  }

  #leave(): void {
    const socket = this.#socket;
    this.#lose();
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
        // A new socket afresh is the simplest way to begin again.
        this.#connectionId = null;
        this.#cursor = null;
        this.#leave();
        break;
      case "SUBSCRIBED":
        this.#attempts = 0;
        for (const { entityId, version } of message.payload.changed) this.#know(entityId, version);
        this.#ready();
        break;
      case "INVALIDATE":
        for (const { entityId, version } of message.payload.changes) {
          if (this.#know(entityId, version))
            this.#onSignal(performance.timeOrigin + performance.now() - version / 1_000);
        }
        break;
      case "BOOKMARK":
        this.#cursor = message.payload.cursor;
        break;
      case "GOAWAY":
        this.#timer = setTimeout(() => this.#leave(), message.payload.afterMs);
        break;
      default:
        break;
    }
  }

  #subscribe(): void {
    const versions = this.ids.map((id) => this.#latest.get(id) ?? 0);
    this.#send({ type: "SUBSCRIBE", payload: { entityCode: this.#entityCode, entityIds: [...this.ids], versions } });
  }

  #know(id: string, version: number): boolean {
    if ((this.#latest.get(id) ?? 0) >= version) return false;
    this.#latest.set(id, version);
    return true;
  }

  #send(message: UpMessage): void {
    this.#socket?.send({ ...message, id: "1" });
  }
}
