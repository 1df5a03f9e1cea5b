import type { Clock } from "@heliograph/shared/clock";
import type { Suspicion } from "./suspect-network.ts";

/**
 * Time for an answer, milliseconds, before a request is given up and sent again: a read, or a write whose key makes it act
 * once. After a network went silent without a word,
 * the browser may send the next requests on connections that it believes to be alive, and only giving up finds another
 * one: this is how long a client that has reconnected still shows what was.
 */
export const firstPatienceMs = 2_500;
/** The most that one slow answer earns the next request: it may have been an accident, and the next connection dead. */
export const usualPatienceMs = 8_000;
export const longestPatienceMs = 20_000;
/** A network that answers slowly gets so many times what it last needed. */
const slack = 3;
/**
 * Requests that may be given up in a row before the next ones get twice the time: a browser keeps several connections to a
 * host, and after a silent break each of them may be found dead by a request of its own.
 */
const deadConnections = 4;

/** Makes one request with the time-out that is due. */
export type Patience = <T>(request: (timeoutMs: number) => Promise<T>) => Promise<T>;

/**
 * Requests whose time-out follows the network: short at first, twice as long whenever several in a row were not enough, and
 * above what the last answer took. Writes and reads keep theirs apart: a quick read says nothing about a write that waits
 * for a lock.
 * @param suspicion shared by all requests that go to one host
 */
export function patientRequests(clock: Clock, suspicion: Suspicion): Patience {
  let patience = firstPatienceMs;
  let givenUp = 0;
  return async (request) => {
    const brief = suspicion.timeoutMs !== undefined && suspicion.timeoutMs < patience;
    const timeoutMs = brief ? (suspicion.timeoutMs ?? patience) : patience;
    const startedAt = clock.now();
    const took = (): number => clock.now() - startedAt;
    try {
      const answer = await request(timeoutMs);
      givenUp = 0;
      suspicion.answered();
      patience = Math.min(usualPatienceMs, Math.max(firstPatienceMs, slack * took()));
      return answer;
    } catch (error) {
      if (took() >= timeoutMs) {
        if (!brief && ++givenUp % deadConnections === 0)
          patience = Math.min(longestPatienceMs, Math.max(patience, 2 * timeoutMs));
        suspicion.givenUp(clock.wallNow() - took());
      }
      throw error;
    }
  };
}
