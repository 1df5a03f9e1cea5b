import { timeOf } from "./sync-text.ts";

/**
 * The note on data that has not been compared with the server yet. `rest` is hidden visually where there is no room.
 *
 * @param caughtUpAt when the data was last up to date, in ms since 1970; undefined after a reload
 */
export function staleText(caughtUpAt: number | undefined, now: number): { when: string; rest: string } {
  const when = caughtUpAt === undefined ? "From your last visit" : `As of ${timeOf(caughtUpAt, now)}`;
  return { when, rest: ", may be out of date" };
}
