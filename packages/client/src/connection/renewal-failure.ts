import { ApiError } from "../api/api-error.ts";

/** Did the server say that this person gets no other token? Everything else (no network, an outage) may pass. */
export function isRefusal(error: unknown): boolean {
  return error instanceof ApiError && (error.status === 401 || error.status === 403);
}
