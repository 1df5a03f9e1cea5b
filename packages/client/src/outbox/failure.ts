import { ApiError, ConflictError } from "../api/api-error.ts";
import { ColumnConflict } from "./column-conflict.ts";

/**
 * What becomes of a write after a failed attempt.
 *
 * - `pause`: the server or the network cannot serve any write now. All writes wait, without a limit of attempts.
 * - `token`: the token is not accepted. All writes wait for another one.
 * - `rebase`: others keep changing the row. This write is repeated later, without a limit of attempts.
 * - `decide`: the server refuses this write. A person decides at once.
 * - `unknown`: nobody knows why it failed. This write is repeated later, at most `maxUnknownFailures` times, while others
 *   are sent. Then a person decides.
 */
export type Fate = "pause" | "token" | "rebase" | "decide" | "unknown";

/**
 * Attempts of a write that fails for an unknown reason. The pauses in between grow to 4 s, so that ten attempts take 16 s on
 * average and at most 30 s: longer than the restart of a process, and short enough that the user still knows the edit.
 */
export const maxUnknownFailures = 10;

/** Statuses by which a server or a proxy in front of it asks to repeat the request. */
const pauseStatuses: ReadonlySet<number> = new Set([408, 425, 429, 502, 503, 504]);

export function fateOf(error: unknown): Fate {
  if (!(error instanceof ApiError)) return "unknown";
  const { status } = error;
  if (status === 0 || pauseStatuses.has(status)) return "pause";
  if (status === 401) return "token";
  if (error instanceof ConflictError && error.current && !(error instanceof ColumnConflict)) return "rebase";
  return status >= 400 && status < 500 && !isForeign(error) ? "decide" : "unknown";
}

/**
 * Whether an answer is not about the row: it comes from a proxy without a code of the API, or from a gateway that does not
 * know the entity type yet. A 404 of this kind must not remove a row.
 */
export function isForeign({ code }: ApiError): boolean {
  return code === "unknown" || code === "unknown_entity";
}
