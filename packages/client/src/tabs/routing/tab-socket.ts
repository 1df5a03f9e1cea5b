import type { DownMessage } from "@heliograph/protocol";
import { endSessionCode, type Socket, type SocketHandlers } from "../../connection/socket.ts";

/** Close code when the role of the tab changes: the connection dials again at once. */
const roleChangedCode = 1012;

/**
 * What the connection of a tab uses in place of a WebSocket: a real one if the tab leads, a link to the leader if it
 * follows, and neither until its role is known.
 */
export class TabSocket implements Socket {
  readonly link: string;
  readonly #handlers: SocketHandlers;
  readonly #onClosed: (socket: TabSocket) => void;
  #real: Socket | undefined;
  #sendUp: ((text: string) => void) | undefined;
  #open = true;

  constructor(link: string, handlers: SocketHandlers, onClosed: (socket: TabSocket) => void) {
    this.link = link;
    this.#handlers = handlers;
    this.#onClosed = onClosed;
  }

  /** Whether it is not a real socket, but a link or undecided. */
  get relayed(): boolean {
    return this.#real === undefined;
  }

  /** Whether it is neither a socket nor a link yet. */
  get undecided(): boolean {
    return this.#real === undefined && this.#sendUp === undefined;
  }

  /** Makes it a real socket. An `open` that throws counts as a socket that closes at once. */
  lead(open: (handlers: SocketHandlers) => Socket): void {
    let real: Socket | undefined;
    const handlers: SocketHandlers = {
      opened: () => this.#open && this.#handlers.opened(),
      received: (text) => this.#open && this.#handlers.received(text),
      closed: (code) => this.end(code),
    };
    try {
      real = open(handlers);
    } catch {
      queueMicrotask(() => this.end(1006));
      return;
    }
    this.#real = real;
  }

  /** Makes it a link to the leading tab. */
  follow(sendUp: (text: string) => void): void {
    this.#sendUp = sendUp;
  }

  /** Passes a message of the leader to the connection. */
  deliver(message: DownMessage): void {
    if (!this.#open) return;
    if (message.type === "WELCOME") this.#handlers.opened();
    this.#handlers.received(JSON.stringify(message));
  }

  send(text: string): void {
    if (this.#real) this.#real.send(text);
    else this.#sendUp?.(text);
  }

  /** Closes it on behalf of the connection. */
  close(code: number): void {
    if (!this.#open) return;
    this.#open = false;
    this.#real?.close(code);
    this.#onClosed(this);
  }

  /** Closes it on behalf of the other side. */
  end(code: number): void {
    if (!this.#open) return;
    this.#open = false;
    this.#onClosed(this);
    this.#handlers.closed(code);
  }

  /** Closes it because the role of the tab changed: its session must not be resumed. */
  revoke(): void {
    this.#real?.close(endSessionCode);
    this.end(roleChangedCode);
  }
}
