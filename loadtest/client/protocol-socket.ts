import type { DownMessage, UpMessage, WelcomeMessage } from "@heliograph/protocol";
import type { ProtocolConstants, Target } from "../plan/plan.ts";
import type { Ports, RawSocket } from "./ports.ts";

interface ProtocolSocketOptions {
  readonly ports: Ports;
  readonly protocol: Pick<ProtocolConstants, "subprotocol" | "tokenPrefix">;
  readonly target: Target;
  readonly token: string;
  /** Receives every message that is not the answer to a request. */
  readonly onMessage: (message: DownMessage) => void;
  /** Called only for a socket that was opened. */
  readonly onClose: (code: number) => void;
}

/** Longest wait for an answer before it counts as missing, milliseconds. */
const answerTimeoutMs = 30_000;

/** One socket from WELCOME to its close, with the requests that await an answer on it. */
export class ProtocolSocket {
  readonly welcome: WelcomeMessage["payload"];
  readonly #ports: Ports;
  readonly #socket: RawSocket;
  readonly #pending = new Map<string, { settle: (answer: DownMessage | null) => void; cancelTimeout: () => void }>();
  #lastId = 0;

  private constructor(ports: Ports, socket: RawSocket, welcome: WelcomeMessage["payload"]) {
    this.#ports = ports;
    this.#socket = socket;
    this.welcome = welcome;
  }

  /** Connects and waits for WELCOME. Resolves to null when that fails; never rejects. */
  static open(options: ProtocolSocketOptions): Promise<ProtocolSocket | null> {
    const { ports, protocol, target, token, onMessage, onClose } = options;
    return new Promise((resolve) => {
      let opened: ProtocolSocket | null = null;
      let closed = false;
      const cancelTimeout = ports.setTimer(() => {
        if (!opened) socket.close(1000);
      }, answerTimeoutMs);
      const socket = ports.openSocket(
        { url: target.ws, protocols: [protocol.subprotocol, `${protocol.tokenPrefix}${token}`] },
        {
          onOpen: () => undefined,
          onText: (text) => {
            const message = JSON.parse(text) as DownMessage;
            if (opened) opened.#dispatch(message, onMessage);
            else if (message.type === "WELCOME") {
              cancelTimeout();
              opened = new ProtocolSocket(ports, socket, message.payload);
              ports.record("rt_opened", 1);
              resolve(opened);
            }
          },
          onClose: (code) => {
            if (closed) return;
            closed = true;
            cancelTimeout();
            if (!opened) return resolve(null);
            ports.record("rt_closed", 1);
            opened.#abandonRequests();
            onClose(code);
          },
        },
      );
    });
  }

  send(message: UpMessage): void {
    this.#socket.send(JSON.stringify(message));
  }

  /**
   * Sends a message and resolves to its answer, or to null when the socket closes or the answer does not come in time.
   * `onAnswer` runs before any later message is dispatched. Frames that arrive together are read in one go, so code that
   * awaits the promise runs only after the messages behind the answer.
   */
  request(message: UpMessage, onAnswer?: (answer: DownMessage) => void): Promise<DownMessage | null> {
    const id = String(++this.#lastId);
    return new Promise((resolve) => {
      const settle = (answer: DownMessage | null): void => {
        this.#pending.get(id)?.cancelTimeout();
        this.#pending.delete(id);
        if (answer) onAnswer?.(answer);
        resolve(answer);
      };
      this.#pending.set(id, { settle, cancelTimeout: this.#ports.setTimer(() => settle(null), answerTimeoutMs) });
      this.send({ ...message, id });
    });
  }

  /** Closes with code 1000, upon which the server forgets the session and its subscriptions. */
  close(): void {
    this.#socket.close(1000);
  }

  /** Largest frame that the server accepts, bytes. */
  get maxMessageBytes(): number {
    return this.welcome.limits.maxMessageBytes;
  }

  /** Sends a text that need not be a valid message. */
  sendText(text: string): void {
    this.#socket.send(text);
  }

  /** Stops reading, if the engine can. */
  pauseReading(): void {
    this.#socket.pause?.();
  }

  resumeReading(): void {
    this.#socket.resume?.();
  }

  #dispatch(message: DownMessage, onMessage: (message: DownMessage) => void): void {
    const request = "id" in message && message.id !== undefined ? this.#pending.get(message.id) : undefined;
    if (request) request.settle(message);
    else onMessage(message);
  }

  #abandonRequests(): void {
    for (const { settle } of [...this.#pending.values()]) settle(null);
  }
}
