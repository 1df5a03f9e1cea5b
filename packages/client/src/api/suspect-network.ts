/** No answer is expected sooner than this, milliseconds, however quickly the new socket was welcomed. */
export const leastSuspicionMs = 500;
/** How many times what the welcome took a request gets: it may have to open a connection and to read more than a welcome. */
const slack = 4;
/**
 * Requests that may be given up before the network is taken to be slow after all: a browser keeps six connections to a host,
 * and each of them may have died with the socket.
 */
const mostGivenUp = 6;

/**
 * After a socket died without a word the connections that the browser keeps for requests may be as dead, and each is found
 * out by a request that is given up. Until one is answered, requests get little time: a network that has just carried a new
 * socket can be measured.
 */
export class Suspicion {
  readonly #onGivenUp: (askedAt: number) => void;
  #timeoutMs: number | undefined;
  #givenUp = 0;

  /** @param onGivenUp a request that was sent at this time (milliseconds since 1970) has had its time */
  constructor(onGivenUp: (askedAt: number) => void) {
    this.#onGivenUp = onGivenUp;
  }

  /** What a request gets at most, milliseconds; undefined while nothing is suspected. */
  get timeoutMs(): number | undefined {
    return this.#timeoutMs;
  }

  /** `welcomeMs`: what the new socket took from the dial to its WELCOME. */
  begin(welcomeMs: number): void {
    this.#timeoutMs = Math.max(leastSuspicionMs, slack * welcomeMs);
    this.#givenUp = 0;
  }

  answered(): void {
    this.#timeoutMs = undefined;
  }

  /** A request got no answer in its time. */
  givenUp(askedAt: number): void {
    this.#givenUp += 1;
    if (this.#givenUp >= mostGivenUp) this.#timeoutMs = undefined;
    this.#onGivenUp(askedAt);
  }
}
