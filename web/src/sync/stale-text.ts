import { timeOf } from "./sync-text.ts";

/**
 * Says that what is shown was not compared with the server yet.
 *
 * @param caughtUpAt up to when everything that was told had been read, in milliseconds; unknown after a reload
 */
export function staleText(caughtUpAt: number | undefined, now: number): { when: string; rest: string } {
  const when = caughtUpAt === undefined ? "From your last visit" : `As of ${timeOf(caughtUpAt, now)}`;
  return { when, rest: ", not compared yet" };
}
