/** The shortest timeout of a request on a suspect network, milliseconds, however fast the new socket was welcomed. */
export const minSuspectTimeoutMs = 500;
/**
 * The timeout is this many times the duration from dial to WELCOME: a request may have to open a connection, and its
 * answer is larger than a WELCOME.
 */
const timeoutPerWelcome = 4;
/**
 * After this many timeouts the network counts as slow, not as suspect. A browser keeps six connections to a host, and
 * each of them may have died with the socket.
 */
const maxTimeouts = 6;

/**
 * After a socket died silently, requests get short timeouts until one is answered. The browser's other connections to the
 * host may be dead as well, and each is found out only by a request that times out. A new socket has just measured how
 * fast the network is.
 */
export class SuspectNetwork {
  readonly #onTimeout: (sentAt: number) => void;
  #timeoutMs: number | undefined;
  #timeouts = 0;

  /** @param onTimeout a request that was sent at this time (milliseconds since 1970) timed out */
  constructor(onTimeout: (sentAt: number) => void) {
    this.#onTimeout = onTimeout;
  }

  /** Upper limit for the timeout of a request, milliseconds; undefined while the network is not suspect. */
  get timeoutMs(): number | undefined {
    return this.#timeoutMs;
  }

  /** @param welcomeMs duration from the dial of the new socket to its WELCOME */
  begin(welcomeMs: number): void {
    this.#timeoutMs = Math.max(minSuspectTimeoutMs, timeoutPerWelcome * welcomeMs);
    this.#timeouts = 0;
  }

  /** A request was answered: the network works. */
  answered(): void {
    this.#timeoutMs = undefined;
  }

  /** A request timed out. */
  timedOut(sentAt: number): void {
    this.#timeouts += 1;
    if (this.#timeouts >= maxTimeouts) this.#timeoutMs = undefined;
    this.#onTimeout(sentAt);
  }
}
