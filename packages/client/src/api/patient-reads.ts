import type { Clock } from "../clock.ts";

/**
 * Time for an answer, milliseconds, before a read is given up and asked again. After a network went silent without a word,
 * the browser may send the next requests on connections that it believes to be alive, and only giving up finds another
 * one: this is how long a client that has reconnected still shows what was.
 */
export const firstPatienceMs = 2_500;
/** The most that one slow answer earns the next read: it may have been an accident, and the next connection dead. */
export const usualPatienceMs = 8_000;
export const longestPatienceMs = 20_000;
/** A network that answers slowly gets so many times what it last needed. */
const slack = 3;
/**
 * Reads that may be given up in a row before the next ones get twice the time: a browser keeps several connections to a
 * host, and after a silent break each of them may be found dead by a read of its own.
 */
const deadConnections = 4;

/**
 * Reads whose time-out follows the network: short at first, twice as long whenever several in a row were not enough, and
 * above what the last answer took.
 */
export function patientReads(clock: Clock): <T>(read: (timeoutMs: number) => Promise<T>) => Promise<T> {
  let patience = firstPatienceMs;
  let givenUp = 0;
  return async (read) => {
    const timeoutMs = patience;
    const startedAt = clock.monotonic();
    const took = (): number => clock.monotonic() - startedAt;
    try {
      const answer = await read(timeoutMs);
      givenUp = 0;
      patience = Math.min(usualPatienceMs, Math.max(firstPatienceMs, slack * took()));
      return answer;
    } catch (error) {
      if (took() >= timeoutMs && ++givenUp % deadConnections === 0)
        patience = Math.min(longestPatienceMs, Math.max(patience, 2 * timeoutMs));
      throw error;
    }
  };
}
