import type { Clock } from "@heliograph/shared/clock";
import type { SuspectNetwork } from "./suspect-network.ts";

/**
 * Timeout of the first requests, milliseconds. It applies to requests that can be repeated: reads, and writes whose
 * idempotency key makes them act once. After a network failed silently, the browser may send the next requests on
 * connections that it considers open; only a timeout makes it open another one. So this is how long a client
 * that has reconnected still shows old rows.
 */
export const initialTimeoutMs = 2_500;
/**
 * The longest timeout that one slow answer gives to the next request, milliseconds. The slow answer may have been an
 * exception, and the next connection may be dead.
 */
export const maxTimeoutAfterAnswerMs = 8_000;
/** The longest timeout at all, milliseconds. */
export const maxTimeoutMs = 20_000;
/** The timeout is this many times the duration of the latest answer. */
const timeoutPerAnswer = 3;
/**
 * The timeout doubles after this many requests timed out in a row. A browser keeps several connections to a host, and
 * after a silent failure each of them may cost one request before it is found dead.
 */
const timeoutsBeforeDoubling = 4;

/**
 * Adapts the timeout of requests to the network: short at first, twice as long when several requests in a row timed out,
 * and always above the duration of the latest answer. Use one instance for reads and another for writes: a quick read
 * says nothing about a write that waits for a lock.
 */
export class AdaptiveTimeout {
  readonly #clock: Clock;
  readonly #suspectNetwork: SuspectNetwork;
  #timeoutMs = initialTimeoutMs;
  #timeoutsInARow = 0;

  /** @param suspectNetwork shared by all requests to one host */
  constructor(clock: Clock, suspectNetwork: SuspectNetwork) {
    this.#clock = clock;
    this.#suspectNetwork = suspectNetwork;
  }

  /**
   * Makes one request with the current timeout.
   *
   * @param send makes the request and rejects when `timeoutMs` have passed without an answer
   */
  async request<Answer>(send: (timeoutMs: number) => Promise<Answer>): Promise<Answer> {
    const suspectTimeoutMs = this.#suspectNetwork.timeoutMs ?? Number.POSITIVE_INFINITY;
    const shortened = suspectTimeoutMs < this.#timeoutMs;
    const timeoutMs = Math.min(suspectTimeoutMs, this.#timeoutMs);
    const startedAt = this.#clock.now();
    const duration = (): number => this.#clock.now() - startedAt;
    try {
      const answer = await send(timeoutMs);
      this.#timeoutsInARow = 0;
      this.#suspectNetwork.answered();
      this.#timeoutMs = Math.min(maxTimeoutAfterAnswerMs, Math.max(initialTimeoutMs, timeoutPerAnswer * duration()));
      return answer;
    } catch (error) {
      if (duration() >= timeoutMs) this.#timedOut(timeoutMs, duration(), shortened);
      throw error;
    }
  }

  #timedOut(timeoutMs: number, durationMs: number, shortened: boolean): void {
    // A shortened timeout says nothing about how slow the network is.
    if (!shortened) {
      this.#timeoutsInARow += 1;
      if (this.#timeoutsInARow % timeoutsBeforeDoubling === 0) {
        this.#timeoutMs = Math.min(maxTimeoutMs, Math.max(this.#timeoutMs, 2 * timeoutMs));
      }
    }
    this.#suspectNetwork.timedOut(this.#clock.wallNow() - durationMs);
  }
}
