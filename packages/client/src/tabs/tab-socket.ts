import type { DownMessage } from "@heliograph/protocol";
import { goodbyeCode, type Socket, type SocketHandlers } from "../connection/socket.ts";

/** How the socket of a tab ends that changes its role: "at once, to somebody else". */
export const roleChangedCode = 1012;

/**
 * What the connection of a tab holds in place of a WebSocket: the real one if the tab leads, a link to the leader if it
 * follows, and neither as long as that is open.
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

  /** It is a link, and not a socket of its own. */
  get relayed(): boolean {
    return this.#real === undefined;
  }

  /** Neither socket nor link yet. */
  get undecided(): boolean {
    return this.#real === undefined && this.#sendUp === undefined;
  }

  /** Makes it a real socket. `open` may throw, which is the same as a socket that closes at once. */
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

  /** A message of the leader. */
  deliver(message: DownMessage): void {
    if (!this.#open) return;
    if (message.type === "WELCOME") this.#handlers.opened();
    this.#handlers.received(JSON.stringify(message));
  }

  send(text: string): void {
    if (this.#real) this.#real.send(text);
    else this.#sendUp?.(text);
  }

  /** The connection closes it. */
  close(code: number): void {
    if (!this.#open) return;
    this.#open = false;
    this.#real?.close(code);
    this.#onClosed(this);
  }

  /** It ended by itself. */
  end(code: number): void {
    if (!this.#open) return;
    this.#open = false;
    this.#onClosed(this);
    this.#handlers.closed(code);
  }

  /** The tab's role changed under it: nothing of what it knows is worth resuming. */
  revoke(): void {
    this.#real?.close(goodbyeCode);
    this.end(roleChangedCode);
  }
}
